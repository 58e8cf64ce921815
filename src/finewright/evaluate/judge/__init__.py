"""A model as a judge of answers: what it is asked, how it is read, and how far it may be believed."""
