"""Floor 7: the rooms put in order: prepare, tune, compare, report."""
