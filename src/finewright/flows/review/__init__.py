"""People compare two arms' answers without knowing whose they are: sheets written, filled in, unblinded, counted."""
