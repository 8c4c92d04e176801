"""Decision: the rule over time."""
