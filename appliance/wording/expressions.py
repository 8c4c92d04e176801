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
"""What a person is who shows an expression."""

COLOURS: Mapping[str, str] = {
    "angry": "#d55e00",
    "disgust": "#009e73",
    "fear": "#cc79a7",
    "happy": "#f0b000",
    "sad": "#3d7fd6",
    "surprise": "#56b4e9",
    "neutral": "#8b9096",
}
"""The page's, in CSS. People with colour blindness can tell them apart (after Okabe & Ito 2008)."""
