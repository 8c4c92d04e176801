"""Watches: each checks one thing of the machine regularly and reports a condition."""
