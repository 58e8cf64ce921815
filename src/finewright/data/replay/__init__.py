"""General examples that are learned beside the task's own: prompts to make them of, and what must not be among them."""
