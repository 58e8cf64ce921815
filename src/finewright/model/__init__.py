"""Floor 2: bases by digest, chat templates, LoRA adapters, batches of tokens and the states they give."""
