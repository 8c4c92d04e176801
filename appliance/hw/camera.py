"""What a camera is. Four kinds are behind this: see ``appliance/hw/cameras``."""

from typing import Protocol

from appliance.records.frame import Frame


class EndOfRecording(Exception):  # noqa: N818  (not an error: the recording is over)
    """A recording has no more frames. A real camera never raises this."""


class Camera(Protocol):
    """An open camera. Not thread-safe: one stage reads it."""

    description: str
    """For the journal: what was opened, in which format and size."""

    def read(self, timeout: float) -> Frame:
        """The next frame, waiting ``timeout`` seconds at most.

        Raises CameraStalledError when none came, another CameraError when none will, EndOfRecording.
        """
        ...

    def close(self) -> None:
        """Give the device back. Safe to call twice."""
        ...
