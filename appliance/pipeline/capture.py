"""Frames from a camera that may stall, vanish and come back."""

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator

from appliance.clock import Clock
from appliance.errors import CameraError, RecordingError
from appliance.hw.camera import Camera, EndOfRecording
from appliance.records.frame import Frame

log = logging.getLogger(__name__)

READ_SECONDS = 1.5
"""A camera silent for this long has stalled: noticed well within 2 s."""
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""Waits before opening again; the last is repeated, so a camera that returns is back within 5 s."""


class Capture:
    """Iterates over the frames of a camera; opens it again, with backoff, when it stops delivering.

    ``camera`` is already open (an appliance that has never had a camera should say so and end);
    ``reopen`` opens it anew. ``on_lost(True)`` is called when the camera is gone, ``on_lost(False)`` when a
    frame has come again. Recordings are not reopened: their errors and their end are final.
    """

    def __init__(
        self,
        camera: Camera,
        reopen: Callable[[], Camera],
        clock: Clock,
        stop: threading.Event,
        on_lost: Callable[[bool], None],
    ) -> None:
        self._camera: Camera | None = camera
        self._reopen = reopen
        self._clock = clock
        self._stop = stop
        self._on_lost = on_lost
        self._lost = False
        self._lock = threading.Lock()
        self._wanted: Callable[[], Camera] | None = None
        self._refusal: CameraError | None = None
        self._proven = True

    def use(self, reopen: Callable[[], Camera]) -> None:
        """Another camera before the next frame; the one before again if it cannot be opened. Any thread."""
        with self._lock:
            self._wanted, self._refusal, self._proven = reopen, None, False

    @property
    def proven(self) -> bool:
        """Whether a frame has come since the newest :meth:`use`. Any thread."""
        return self._proven

    def refusal(self) -> CameraError | None:
        """Why the camera of the newest :meth:`use` could not be opened, told once. Any thread."""
        with self._lock:
            refusal, self._refusal = self._refusal, None
        return refusal

    def __iter__(self) -> Iterator[Frame]:
        sequence = 0
        attempt = 0
        try:
            while not self._stop.is_set():
                try:
                    frame = self._read()
                except EndOfRecording:
                    return
                except RecordingError:
                    raise
                except CameraError as error:
                    self._give_up(error)
                    wait = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)]
                    attempt += 1
                    self._clock.wait_until(self._clock.now() + wait, self._stop)
                    continue
                if self._lost:
                    log.info("The camera delivers again")
                    self._lost = False
                    self._on_lost(False)
                attempt = 0
                with self._lock:
                    self._proven = self._wanted is None
                numbered = dataclasses.replace(frame, sequence=sequence)
                del frame
                yield numbered
                del numbered
                sequence += 1
        finally:
            self._close()

    def _read(self) -> Frame:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._exchange(wanted)
        if self._camera is None:
            self._camera = self._reopen()
        return self._camera.read(READ_SECONDS)

    def _exchange(self, reopen: Callable[[], Camera]) -> None:
        self._close()  # the same device cannot be open twice
        try:
            self._camera = reopen()
        except CameraError as error:
            with self._lock:
                self._refusal = error
        else:
            self._reopen = reopen

    def _give_up(self, error: CameraError) -> None:
        log.error("%s", error)
        if not self._lost:  # told first: a camera that hangs takes a while to close
            self._lost = True
            self._on_lost(True)
        self._close()

    def _close(self) -> None:
        if self._camera is not None:
            self._camera.close()
            self._camera = None
