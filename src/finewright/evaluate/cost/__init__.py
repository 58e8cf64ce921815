"""What runs and calls cost: from measured seconds and tokens, at given prices. Knows no models and no files."""
