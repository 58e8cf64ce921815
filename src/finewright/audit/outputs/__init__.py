"""Identifiers in what a product answers: whose they are, and whether anybody asked for them."""
