"""Intervals, paired tests, multiplicity and power: pure functions of counts. docs/statistics.md gives the reasons."""
