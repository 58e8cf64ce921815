"""Floor 5: arms, scorers, statistics and the verdict. Knows nothing of training."""
