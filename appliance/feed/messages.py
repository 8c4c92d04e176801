"""Format of a message on the feed: two lengths, a JSON object, and an optional JPEG.

Big-endian uint32 length of the JSON, the same for the picture, then both. Nothing here loads numpy.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

from appliance.errors import FeedError

PREFIX = struct.Struct("!II")
MAX_HEAD = 256 * 1024
MAX_PICTURE = 4 * 1024 * 1024
"""Bytes. An analysis frame has some 40 kB; a larger one than this is refused."""


def pack(head: Mapping[str, Any], picture: bytes = b"") -> bytes:
    """Return the bytes of one message."""
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    return PREFIX.pack(len(text), len(picture)) + text + picture


def lengths(prefix: bytes, most_head: int = MAX_HEAD, most_picture: int = MAX_PICTURE) -> tuple[int, int]:
    """Return the lengths in bytes of the JSON and of the picture that follow. Raises FeedError."""
    head, picture = PREFIX.unpack(prefix)
    if not 2 <= head <= most_head or picture > most_picture:
        raise FeedError(f"A message of {head} and {picture} bytes is too large for the feed")
    return head, picture


def parse_message(text: bytes) -> dict[str, Any]:
    """Return the JSON object of a message. Raises FeedError."""
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError("A message of the feed is not JSON") from error
    if not isinstance(head, dict):
        raise FeedError("A message of the feed is not a JSON object")
    return head
