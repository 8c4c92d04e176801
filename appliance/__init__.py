"""The smart selfie appliance: takes the picture when everybody shows the expression."""

__version__ = "0.1.0"
