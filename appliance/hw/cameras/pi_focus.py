"""Continuous autofocus of a Pi camera: on the faces, or at a fixed distance while it finds no focus."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.hw.cameras.granted import Granted, Rectangle
from appliance.hw.cameras.pi_controls import Advertised
from appliance.records.frame import Box

log = logging.getLogger(__name__)

AIM_SECONDS = 1.0
"""Windows are set at most this often: each change may make the lens move."""
MOST_WINDOWS = 10
"""Number of windows that libcamera's Raspberry Pi autofocus weighs (its af.cpp, MaxWindows)."""
MOVED_SHARE = 0.25
"""Share of a face's width: windows that have moved by less are not changed."""

HUNTING_SECONDS = 6.0
"""Seconds without focus, minus those with focus, from which it is hunting. A search takes about a second."""
REST_SECONDS = 60.0
"""Seconds for which the lens then rests, before autofocus is tried again."""

# Numbers of libcamera's control_ids_core.yaml.
MANUAL, CONTINUOUS = 0, 2
_METER_AUTO, _METER_WINDOWS = 0, 1
_FOCUSED = 2


class Focus:
    """Controls of focus while the camera runs. Pure: moments are seconds, results are controls.

    The lens rests at ``LensPosition``'s default, the hyperfocal distance: from half of it to infinity
    everything is nearly sharp (picamera2's manual, autofocus controls).
    """

    def __init__(self, advertised: Advertised, granted: Granted, *, automatic: bool) -> None:
        self._windows_possible = automatic and {"AfWindows", "AfMetering"} <= advertised.keys()
        self._rest = advertised["LensPosition"][2] if automatic and "LensPosition" in advertised else None
        self._visible = granted.visible
        self._scale = 0.0 if self._visible is None else self._visible[2] / granted.analysis_size[0]
        self._aimed_at: list[Rectangle] = []
        self._next_aim = 0.0
        self._unfocused = 0.0
        self._looked: float | None = None
        self._resting_until: float | None = None

    def aim(self, faces: Sequence[Box], now: float) -> dict[str, Any]:
        """Return controls that focus on ``faces`` (pixels of the analysis image); none where all is set."""
        if not self._windows_possible or self._visible is None or now < self._next_aim:
            return {}
        largest = sorted(faces, key=lambda box: box.size, reverse=True)[:MOST_WINDOWS]
        windows = [self._window(box) for box in largest]
        if not _moved(windows, self._aimed_at):
            return {}
        self._aimed_at, self._next_aim = windows, now + AIM_SECONDS
        if not windows:
            return {"AfMetering": _METER_AUTO}
        return {"AfMetering": _METER_WINDOWS, "AfWindows": windows}

    def observe(self, metadata: Mapping[str, Any], now: float) -> dict[str, Any]:
        """Return controls that end hunting, or try autofocus again. ``metadata`` is that of a frame."""
        passed = 0.0 if self._looked is None else now - self._looked
        self._looked = now
        if self._rest is None:
            return {}
        if self._resting_until is not None:
            if now < self._resting_until:
                return {}
            self._resting_until, self._unfocused = None, 0.0
            return {"AfMode": CONTINUOUS}
        state = metadata.get("AfState")
        if state is None:
            return {}
        self._unfocused = max(0.0, self._unfocused + (passed if state != _FOCUSED else -passed))
        if self._unfocused < HUNTING_SECONDS:
            return {}
        log.info("The camera finds no focus: for %.0f s the lens rests", REST_SECONDS)
        self._resting_until = now + REST_SECONDS
        return {"AfMode": MANUAL, "LensPosition": self._rest}

    def _window(self, box: Box) -> Rectangle:
        assert self._visible is not None
        left, top, width, height = self._visible
        x, y = min(max(0.0, box.x * self._scale), width - 1), min(max(0.0, box.y * self._scale), height - 1)
        across, down = min(box.w * self._scale, width - x), min(box.h * self._scale, height - y)
        return round(left + x), round(top + y), max(1, round(across)), max(1, round(down))


def _moved(windows: Sequence[Rectangle], before: Sequence[Rectangle]) -> bool:
    if len(windows) != len(before):
        return True
    return any(
        max(abs(window[0] - other[0]), abs(window[1] - other[1]), abs(window[2] - other[2]))
        > MOVED_SHARE * other[2]
        for window, other in zip(sorted(windows), sorted(before), strict=True)
    )
