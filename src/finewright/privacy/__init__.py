"""Personal and confidential data: found, replaced, kept out. Knows texts and columns; no model and no training."""
