"""Floor 5: the loop, objectives, checkpoints. Knows nothing of files of examples, arms or reports."""
