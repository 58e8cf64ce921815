"""report.html: one self-contained page of a run for people. Reads results and stored rows, never a model."""
