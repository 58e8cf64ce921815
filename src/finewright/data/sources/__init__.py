"""One file format each: a function from a path and settings to a stream of rows, and of refusals of unreadable ones."""
