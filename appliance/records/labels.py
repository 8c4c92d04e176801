"""The words of the expression model. On their own: reading them must not load numpy."""

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "not_a_face")
"""What the expression model tells apart, in the order of its outputs."""
EXPRESSIONS = LABELS[:-1]
"""What a person can show."""
