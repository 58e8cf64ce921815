"""Persons, companies, addresses, places and birth dates in running text and in columns, by an embedded tagger."""
