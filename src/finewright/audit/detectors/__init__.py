"""What tells harm in an answer: one detector a file, and how often each is right on answers that people labelled."""
