"""What a base knew before it was trained and whether it still does: probes, a general text, and what they tell."""
