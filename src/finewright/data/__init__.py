"""Floor 3: files to checked records, and records to leak-free parts. Knows no torch."""
