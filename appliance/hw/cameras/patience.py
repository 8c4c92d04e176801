"""Timeout for a frame."""

STARTUP_FRAMES = 10
"""Frames after an opening that may be discarded until exposure has settled (libcamera's Raspberry Pi IPA: up
to eight), with some to spare. Webcams take their time as well."""


def patience(timeout: float, frame_rate: float, *, first: bool) -> float:
    """Return how many seconds to wait for the next frame: ``timeout``, or longer at a low frame rate.

    ``frame_rate``: frames per second, 0 if not reported. ``first``: none has come yet.
    """
    frame = 1 / frame_rate if frame_rate > 0 else 0.0
    return timeout + STARTUP_FRAMES * frame if first else max(timeout, 2 * frame)
