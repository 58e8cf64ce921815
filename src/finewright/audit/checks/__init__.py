"""The checks of a policy, one a file: what each reads of the evidence, and what it says of it."""
