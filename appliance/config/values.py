"""Types of single settings: their validation, and its form in the JSON Schema."""

import os
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.config import JsonDict

from appliance.config.suggest import expression_meant
from appliance.errors import shown
from appliance.records.labels import EXPRESSIONS

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ONE_LINE: JsonDict = {"pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}
"""The same for a JSON Schema."""
MOST_SOCKET_BYTES = 100
"""Limit of the system for a socket's path (unix(7))."""
SECRETS = (
    ("web", "password"),
    ("web", "guest_pass"),
    ("web", "hotspot_password"),
    ("web", "metrics_key"),
    ("mqtt", "password"),
)
"""Settings whose values are never shown."""
METRICS_KEY = re.compile(r"[A-Za-z0-9._~+/=-]{20,200}")
"""A bearer token (RFC 6750, section 2.1) too long to be guessed."""
HASHED = re.compile(r"scrypt:[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}:[0-9a-f]{32}:[0-9a-f]{64}")
"""Form of a password in the file; ``appliance/web/passwords.py`` makes it."""
GUEST_PASS = re.compile(r"[0-9]{10}-[0-9]{10}-[0-9a-f]{64}")
"""Form of the guests' pass: from, until (seconds since 1970), secret; ``cli/web_guests.py`` makes it."""
MOST_MEMORY, MOST_WORK = 32 << 20, 4 << 20
"""Limits of a password's scrypt: 128 N r bytes and N r p rounds (RFC 7914), six times web-password's own."""

_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
URL = re.compile(rf"(https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:({_PORT}))?/?)?")
"""Scheme, host and port up to 65535, or nothing."""

TUNING = re.compile(r"[A-Za-z0-9_-]*")
"""Name of a libcamera tuning: a file without folder and ending."""


def one_line(value: str) -> str:
    """Refuse control characters: the system accepts no NUL in a name, and the others are invisible."""
    if CONTROL.search(value):
        raise ValueError("must not contain control characters such as a line break")
    return value


def no_switch(value: object) -> object:
    """Refuse true and false: to Python false equals 0, but somebody who writes ``no`` means otherwise."""
    if isinstance(value, bool):
        raise ValueError("must be 0, 90, 180 or 270")  # noqa: TRY004  (pydantic takes this one)
    return value


def tuning_name(value: str) -> str:
    """Refuse anything but a plain file name: the camera library would search for it elsewhere."""
    if not TUNING.fullmatch(value):
        raise ValueError("must be a name such as imx219_noir, without folder and without .json")
    return value


def web_address(value: str) -> str:
    """Refuse what is more or less than the address of a host: the page lives at its root."""
    if not URL.fullmatch(value):
        raise ValueError("must be like https://selfie.example or https://selfie.example:8443, without a path")
    return value


def topic_prefix(value: str) -> str:
    """Return ``value``, the first part of MQTT topics. Raises ValueError for wildcards and empty levels."""
    one_line(value)
    if "#" in value or "+" in value:
        raise ValueError("must not contain # or +, which stand for any topic")
    if value.startswith("$"):
        raise ValueError("must not begin with $: such topics are the broker's own")
    if value and not all(value.split("/")):
        raise ValueError("must not begin or end with /, nor contain //")
    return value


def bindable(value: str) -> str:
    """Refuse paths with too many bytes; a JSON Schema can only count characters."""
    if len(os.fsencode(value)) > MOST_SOCKET_BYTES:
        raise ValueError(f"must not be longer than {MOST_SOCKET_BYTES} bytes; letters such as é take two")
    return value


def payable(hashed: str) -> bool:
    """Return whether the time and memory of a login are within the limits of the page, and not too small."""
    log_n, r, p = map(int, hashed.split(":")[1:4])
    return min(log_n, r, p) > 0 and 128 * r << log_n <= MOST_MEMORY and r * p << log_n <= MOST_WORK


def _size(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _no_expression(name: object) -> str:
    meant = expression_meant(name) if isinstance(name, str) else None
    hint = f"did you mean {meant}? " if meant else ""
    return f"unknown expression {shown(name)}; {hint}choose one of {', '.join(EXPRESSIONS)}"


def _known_expressions(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in EXPRESSIONS:
            raise ValueError(_no_expression(name))
    if len(set(names)) != len(names):
        raise ValueError("the same expression is listed twice")
    return names


def _names(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


def _one_or_many(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Side = Annotated[int, Field(ge=16, le=16384)]
PictureSize = Annotated[tuple[Side, Side], BeforeValidator(_size)]
Expressions = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_many),
    AfterValidator(_known_expressions),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(EXPRESSIONS)},
                {
                    "type": "array",
                    "items": {"enum": list(EXPRESSIONS)},
                    "minItems": 1,
                    "uniqueItems": True,
                },
            ]
        }
    ),
]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Pin = Annotated[int, Field(ge=0, le=27)]
RgbPins = Annotated[
    tuple[Pin, Pin, Pin], BeforeValidator(_size), Field(json_schema_extra={"uniqueItems": True})
]
