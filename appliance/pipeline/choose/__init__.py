"""Choose the best frame of the moment."""
