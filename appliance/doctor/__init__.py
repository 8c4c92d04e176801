"""``smart-selfie doctor``: faults of this machine, and their remedies."""
