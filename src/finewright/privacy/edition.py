"""Which detection this is: part of a run's digest, so that rows found by another are another data set.

Raise it with every change by which something else is found or put in its place.
"""

EDITION = "2"
