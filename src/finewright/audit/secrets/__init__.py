"""Made-up secrets in the raw data, which scrubbing must remove: what they are and how they are found."""
