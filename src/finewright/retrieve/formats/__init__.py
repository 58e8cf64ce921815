"""One file format each: a function from a path to the sections of text in it. They know no chunks and no callers."""
