"""What a recording holds, however it is stored."""

from collections.abc import Generator
from dataclasses import dataclass

from appliance.records.frame import Colour

Shots = Generator["Shot", None, None]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a recording, BGR, and the seconds it is shown."""

    bgr: Colour
    seconds: float


@dataclass(frozen=True, slots=True)
class Reel:
    """What a recording holds. ``count`` is an estimate of its frames, None if it cannot be told."""

    kind: str
    shots: Shots
    count: int | None
