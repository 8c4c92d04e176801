"""How a photo's file is called. On its own: who only looks at photos need not load what makes them."""

import re

PHOTO = re.compile(r"selfie-(\d{6,9})-(\d{8})-(\d{6})\.jpg", re.ASCII)
"""Number, date, time of the wall clock."""
