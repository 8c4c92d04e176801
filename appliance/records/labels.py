"""Labels of the expression model, in a module of their own: reading them must not load numpy."""

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "not_a_face")
"""Classes of the expression model, in the order of its outputs."""
EXPRESSIONS = LABELS[:-1]
"""Expressions that a person can show."""
