"""Interface of cameras. ``appliance/hw/cameras`` holds the implementations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:  # doctor asks for facts also where numpy is broken
    from appliance.records.frame import Box, Frame


class EndOfRecording(Exception):  # noqa: N818  (not an error: the recording is over)
    """A recording has no more frames. A real camera never raises this."""


class Camera(Protocol):
    """An open camera. Not thread-safe: one stage reads it."""

    description: str
    """Description for the journal: device, format and size."""

    def read(self, timeout: float) -> "Frame":
        """Return the next frame, waiting at most ``timeout`` seconds.

        Raises CameraStalledError when none came, another CameraError when none will, EndOfRecording.
        """
        ...

    def close(self) -> None:
        """Release the device. Safe to call twice."""
        ...


@runtime_checkable
class Aimable(Protocol):
    """Camera that can focus on a part of the picture. Called by the stage that reads it."""

    def aim(self, faces: "Sequence[Box]") -> None:
        """Focus on ``faces``, in pixels of the analysis image; without any, on the middle."""
        ...


@runtime_checkable
class Reporting(Protocol):
    """Camera that reports what it granted."""

    def facts(self) -> dict[str, Any]:
        """Return what was granted, as JSON has it: see ``appliance/hw/cameras/granted.py``."""
        ...


def facts_of(camera: object) -> dict[str, Any] | None:
    """Return what ``camera`` granted; None where it does not report it."""
    return camera.facts() if isinstance(camera, Reporting) else None
