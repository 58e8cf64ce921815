"""Telling records that were learned from records that were not: scores, how well they separate, what chance does."""
