"""Watches: each looks at one thing of the machine in turn and reports a condition."""
