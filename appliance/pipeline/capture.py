"""Frames from a camera that may stall, disconnect and come back."""

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator, Sequence

from appliance.clock import Clock
from appliance.errors import CameraError, RecordingError
from appliance.hw.camera import Aimable, Camera, EndOfRecording
from appliance.records.frame import Box, Frame

log = logging.getLogger(__name__)

READ_SECONDS = 1.5
"""Seconds without a frame after which a camera has stalled: noticed well within 2 s."""
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""Waits before opening again; the last is repeated, so a camera that returns is back within 5 s."""


class CameraTrial:
    """Camera proposed in place of the one in force: proven by its first frame, or refused.

    A camera that opens may still deliver nothing, so ``proven`` is False until a frame has come; ``refusal``
    tells why it could not be opened, or why no frame came. The capture thread writes these, any thread may
    read them.
    """

    def __init__(self, opener: Callable[[], Camera]) -> None:
        self.opener = opener
        self.opened = False
        self.proven = False
        self.refusal: CameraError | None = None


class Capture:
    """Iterates over the frames of a camera; reopens it, with backoff, when it stops delivering.

    ``camera`` is already open (an appliance that never had a camera should report it and end); ``opener``
    reopens it. ``on_lost(True)`` is called when the camera disconnects, ``on_lost(False)`` with the next
    frame. Recordings are not reopened: their errors and their end are final.

    Another camera is first proposed, then accepted or withdrawn. Only the capture thread opens and closes
    cameras, at the next frame; the other threads replace one attribute, which needs no lock.
    """

    def __init__(
        self,
        camera: Camera,
        opener: Callable[[], Camera],
        clock: Clock,
        stop: threading.Event,
        on_lost: Callable[[bool], None],
    ) -> None:
        self._camera: Camera | None = camera
        self._opener = self._in_force = opener
        self._trial: CameraTrial | None = None
        self._clock = clock
        self._stop = stop
        self._on_lost = on_lost
        self._lost = False
        self._faces: Sequence[Box] | None = None

    def aim(self, faces: Sequence[Box]) -> None:
        """Focus on ``faces`` (pixels of the analysis image) before the next frame. Any thread."""
        self._faces = faces

    def propose(self, opener: Callable[[], Camera]) -> CameraTrial:
        """Try another camera from the next frame on; if it is refused, continue with the one in force.

        Any thread.
        """
        self._trial = trial = CameraTrial(opener)
        return trial

    def accept(self, trial: CameraTrial) -> None:
        """Put the camera of ``trial`` in force: it is the one to reopen from now on. Any thread."""
        self._in_force, self._trial = trial.opener, None

    def withdraw(self) -> None:
        """Return to the camera in force at the next frame, whatever the state of the trial. Any thread."""
        self._trial = None

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
                numbered = dataclasses.replace(frame, sequence=sequence)
                del frame
                yield numbered
                del numbered
                sequence += 1
        finally:
            self._close()

    def _read(self) -> Frame:
        trial = self._trial
        if trial is None or not self._admit(trial):
            return self._read_from(self._in_force)
        if trial.proven:
            return self._read_from(trial.opener)
        try:
            frame = self._read_from(trial.opener)
        except CameraError as error:
            return self._refuse(trial, error)
        except EndOfRecording:
            return self._refuse(trial, RecordingError("The recording holds no picture", "Name another one"))
        trial.proven = True
        return frame

    def _refuse(self, trial: CameraTrial, error: CameraError) -> Frame:
        """Return to the camera in force: the one of ``trial`` opened, but no frame came."""
        trial.opened, trial.refusal = False, error
        return self._read_from(self._in_force)

    def _admit(self, trial: CameraTrial) -> bool:
        """Open the camera of ``trial`` the first time; return False where it is refused."""
        if not trial.opened and trial.refusal is None:
            try:
                self._open(trial.opener)
            except CameraError as error:
                trial.refusal = error
            else:
                trial.opened = True
        return trial.opened

    def _read_from(self, opener: Callable[[], Camera]) -> Frame:
        camera = self._camera
        if camera is None or self._opener is not opener:
            camera = self._open(opener)
        faces, self._faces = self._faces, None
        if faces is not None and isinstance(camera, Aimable):
            camera.aim(faces)
        return camera.read(READ_SECONDS)

    def _open(self, opener: Callable[[], Camera]) -> Camera:
        self._close()  # the same device cannot be open twice
        self._camera, self._opener = opener(), opener
        return self._camera

    def _give_up(self, error: CameraError) -> None:
        log.error("%s", error)
        if not self._lost:  # reported first: a camera that hangs takes a while to close
            self._lost = True
            self._on_lost(True)
        self._close()

    def _close(self) -> None:
        if self._camera is not None:
            self._camera.close()
            self._camera = None
