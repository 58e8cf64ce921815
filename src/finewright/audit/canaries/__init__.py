"""Made-up rows whose secret answers tell how much of a row an adapter keeps, and how that is measured."""
