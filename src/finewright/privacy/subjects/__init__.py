"""Which rows speak of whom, so that rows can be found and erased: digests under a key, encrypted, logged."""
