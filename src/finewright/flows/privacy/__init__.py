"""Personal and confidential data in a run: searched for, replaced or refused, sealed, looked up again, measured."""
