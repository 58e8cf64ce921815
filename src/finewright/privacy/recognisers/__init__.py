"""One kind of identifier a file: how it looks, which words stand by it, and what proves it."""
