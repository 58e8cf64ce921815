"""Floor 8: parse, call a flow, show."""
