"""Words and colours of the expressions, for the page, the pictures and the charts. Loads no numpy."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "angry": "angry",
    "disgust": "disgusted",
    "fear": "afraid",
    "happy": "happy",
    "sad": "sad",
    "surprise": "surprised",
    "neutral": "neutral",
}
"""Adjectives for a person who shows each expression."""

COLOURS: Mapping[str, str] = {
    "angry": "#d55e00",
    "disgust": "#009e73",
    "fear": "#cc79a7",
    "happy": "#f0b000",
    "sad": "#3d7fd6",
    "surprise": "#56b4e9",
    "neutral": "#8b9096",
}
"""Colours on the page, in CSS. Distinguishable with colour blindness (after Okabe & Ito 2008)."""
