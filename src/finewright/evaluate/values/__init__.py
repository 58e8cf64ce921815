"""Values as people write them, read by meaning: amounts, dates, currencies. Knows no tasks and no scores."""
