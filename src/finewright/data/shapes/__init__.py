"""One shape of row each: a function from column names to a reader of a row's messages and answer."""
