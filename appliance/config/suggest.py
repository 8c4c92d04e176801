"""What may have been meant by a key, or by an expression, that does not exist."""

import difflib
from collections.abc import Sequence

from pydantic import BaseModel

from appliance.records.labels import EXPRESSIONS

_SYNONYMS = {
    "happy": ("smile", "smiling", "joy", "happiness", "laugh", "laughing", "grin"),
    "surprise": ("surprised", "astonished", "amazed"),
    "angry": ("anger", "mad", "furious"),
    "sad": ("sadness", "cry", "unhappy"),
    "fear": ("afraid", "scared", "fearful"),
    "disgust": ("disgusted",),
    "neutral": ("none", "calm", "serious"),
}
"""What people call the expressions of ``EXPRESSIONS``."""


def key_meant(path: Sequence[str | int], names: Sequence[str], config: type[BaseModel]) -> str | None:
    """Return the dotted key that was meant by ``path``, which ``config`` does not have; None: no idea.

    ``names`` are the keys that its section has. A key of the same name in another section comes first.
    """
    *section, last = map(str, path)
    keys = _keys(config)
    elsewhere = [key for key in keys if key.rpartition(".")[2] == last and "." in key]
    if elsewhere:
        return elsewhere[0]
    if close := difflib.get_close_matches(last, names, 1):
        return ".".join([*section, close[0]])
    by_name = {key.rpartition(".")[2]: key for key in reversed(keys)}
    return next((by_name[name] for name in difflib.get_close_matches(last, by_name, 1)), None)


def expression_meant(word: str) -> str | None:
    """Return the expression that was meant by ``word``, which is none; None: no idea."""
    known = {name: name for name in EXPRESSIONS}
    known |= {synonym: name for name, synonyms in _SYNONYMS.items() for synonym in synonyms}
    return next((known[name] for name in difflib.get_close_matches(word.lower(), known, 1)), None)


def _keys(config: type[BaseModel]) -> list[str]:
    """Return every section and every ``section.key``."""
    keys = []
    for name, section in config.model_fields.items():
        keys.append(name)
        inner = section.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += [f"{name}.{key}" for key in inner.model_fields]
    return keys
