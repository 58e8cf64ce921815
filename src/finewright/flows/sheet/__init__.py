"""A sheet: questions for a person, as an offline page and as a table for a spreadsheet, and their answers read back."""
