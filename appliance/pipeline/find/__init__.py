"""Find faces: the stage and its interchangeable detectors."""
