"""The audit of a run's product: which attacks there are, what they are given, and where their reports lie."""
