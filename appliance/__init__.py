"""The smart selfie appliance: takes the picture when everybody shows the expression."""

import os

__version__ = "0.1.0"

# Read when OpenCV is loaded: a file that it cannot open is told by us.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
