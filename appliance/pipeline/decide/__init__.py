"""Decide: the rule over time."""
