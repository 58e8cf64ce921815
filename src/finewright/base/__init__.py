"""Floor 1: what every room speaks of. Records, protocols, errors, the recipe, files, progress. Knows no torch."""
