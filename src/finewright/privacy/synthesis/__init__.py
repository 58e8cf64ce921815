"""Made-up rows in the likeness of real ones: with other identities, from templates, in other words; then screened."""
