"""Floor 4: passages of a team's own documents, found by words and by meaning, for whoever may read them."""
