"""Floor 3: the only generator. Requests in, completions out; knows nothing of tasks, training or scoring."""
