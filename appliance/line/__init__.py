"""Execution of stages: their interface, bounded inboxes, a thread for each stage, and lines of them."""
