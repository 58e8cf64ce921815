"""Which way fits a task: from what the data show and a team answers, by rules that are written down. No models."""
