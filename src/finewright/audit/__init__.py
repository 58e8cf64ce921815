"""Attacks on a finished adapter, and the gate that reads what they found. Knows no run folders and no recipes."""
