"""Surrogates: what takes the place of an identifier, one kind a file. Knows a key and forms; no text and no scope."""
