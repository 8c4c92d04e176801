"""Picamera2 and libcamera as far as opening a camera goes, with the sensors of the official modules.

Before ``configure()`` a camera advertises the limits of libcamera's Raspberry Pi IPA, and after an opening
the first frames are not given out. The choice of a mode where none is asked for is picamera2's.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from appliance.clock import Clock
from appliance.hw.cameras.pi_tuning import VARIABLE
from appliance.hw.cameras.picamera2 import PiCamera
from tests.support.pi_sensors import TUNINGS, Mode, Sensor, Size, tuning_file

BEFORE_CONFIGURE = (33_333, 250_000_000, 33_333)
"""FrameDurationLimits of the IPA before a mode is set, microseconds."""


@dataclass
class Video:
    """One opened camera: what Picamera2 is to the appliance."""

    sensor: Sensor
    clock: Clock
    tuning: Any = None
    fails: Exception | None = None
    configured: list[dict[str, Any]] = field(default_factory=list)
    controls_set: dict[str, Any] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    vanished: tuple[Size, ...] = ()
    tells_crop: bool = True
    turns: bool = False
    board: "Board | None" = field(default=None, repr=False)
    af_state: int | None = None
    running: bool = False
    closed: bool = False
    _mode: Mode | None = None
    _started_at: float = 0.0
    _given: int = 0

    @property
    def camera_properties(self) -> dict[str, Any]:
        told: dict[str, Any] = {"Model": self.sensor.model, "PixelArraySize": self.sensor.pixels}
        if self._mode is None:
            return told
        return told | {"ScalerCropMaximum": self._mode.crop if self.tells_crop else (0, 0, 0, 0)}

    @property
    def sensor_resolution(self) -> Size:
        return max((mode.size for mode in self.sensor.modes), key=lambda size: size[0] * size[1])

    @property
    def camera_controls(self) -> dict[str, tuple[Any, Any, Any]]:
        limits = BEFORE_CONFIGURE
        if self._mode is not None:
            shortest = round(1_000_000 / self._mode.rate)
            limits = (shortest, 11_000_000, shortest)
        told: dict[str, tuple[Any, Any, Any]] = {
            "FrameDurationLimits": limits,
            "AeExposureMode": (0, 3, 0),
            "ExposureTime": (26, round(limits[1]), 20_000),
            "AnalogueGain": (1.0, self.sensor.most_gain, 1.0),
            "AeFlickerMode": (0, 1, 0),
            "AeFlickerPeriod": (100, 1_000_000, None),
            "ExposureValue": (-8.0, 8.0, 0.0),
            "AwbMode": (0, 7, 0),
        }
        if self.sensor.autofocus:
            told |= {"AfMode": (0, 2, 0), "LensPosition": (0.0, 15.0, 1.0), "AfMetering": (0, 1, 0)}
            told["AfWindows"] = ((0, 0, 0, 0), (65535, 65535, 65535, 65535), (0, 0, 0, 0))
        return {name: limits for name, limits in told.items() if name not in self.lacks}

    @property
    def sensor_modes(self) -> None:
        raise AssertionError("sensor_modes configures each mode: small boards run out of memory")

    @property
    def camera(self) -> Any:
        formats = sorted({name for mode in self.sensor.modes for name in mode.formats})
        sizes = {
            name: [
                SimpleNamespace(width=mode.size[0], height=mode.size[1])
                for mode in self.sensor.modes
                if name in mode.formats
            ]
            for name in formats
        }
        raw = SimpleNamespace(formats=SimpleNamespace(pixel_formats=formats, sizes=sizes.__getitem__))
        return SimpleNamespace(generate_configuration=lambda roles: SimpleNamespace(at=lambda index: raw))

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        return dict(wanted)

    def configure(self, wanted: dict[str, Any]) -> None:
        if self.fails is not None:
            raise self.fails
        assert not self.running
        if self.board is not None and self not in self.board.opened:
            self.board.opened.append(self)
        asked = (wanted.get("sensor") or {}).get("output_size") or wanted["main"]["size"]
        modes = [mode for mode in self.sensor.modes if mode.size not in self.vanished]
        self._mode = min(modes, key=lambda mode: _score(mode.size, asked))
        self.configured.append(wanted)

    def camera_configuration(self) -> dict[str, Any]:
        assert self._mode is not None
        wanted = self.configured[-1]
        streams = {
            name: {**wanted[name], "stride": -(-wanted[name]["size"][0] // 64) * 64}
            for name in ("main", "lores")
        }
        return streams | {
            "colour_space": None,
            "transform": wanted["transform"] if self.turns else SimpleNamespace(hflip=0, vflip=0),
            "sensor": {"output_size": self._mode.size, "bit_depth": 10},
        }

    def set_controls(self, values: dict[str, Any]) -> None:
        limits = self.camera_controls
        assert values.keys() <= limits.keys(), f"{values.keys() - limits.keys()} are not advertised"
        self.controls_set |= values

    def start(self) -> None:
        self.running, self._started_at, self._given = True, self.clock.now(), 0

    def close(self) -> None:
        self.running, self.closed = False, True
        if self.board is not None:
            self.board.models = None

    def frame_seconds(self) -> float:
        limits = self.controls_set.get("FrameDurationLimits", (33_333, 33_333))
        return float(limits[0]) / 1_000_000

    def next_frame_at(self) -> float:
        """When the next frame is given out, seconds on the clock: the first ones are discarded."""
        return self._started_at + (self.sensor.startup + 1 + self._given) * self.frame_seconds()

    def capture_request(self, wait: bool) -> "Job":
        assert not wait, "an unbounded wait"
        return Job(self)

    def frame_given(self) -> None:
        self._given += 1


class Job:
    """A queued request: its result comes when the stand-in's camera has a frame, on the given clock."""

    def __init__(self, video: Video) -> None:
        self._video = video

    def get_result(self, timeout: float) -> "Request":
        clock = self._video.clock
        due = self._video.next_frame_at()
        if due > clock.now() + timeout:
            clock.wait_until(clock.now() + timeout, _NEVER)
            raise TimeoutError
        clock.wait_until(due, _NEVER)
        self._video.frame_given()
        return Request(self._video)


class Request:
    """A completed request of both streams, grey pictures."""

    def __init__(self, video: Video) -> None:
        self._video = video

    def make_buffer(self, name: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
        stream = self._video.camera_configuration()[name]
        return np.full(stream["stride"] * stream["size"][1] * 3 // 2, 128, np.uint8)

    def get_metadata(self) -> dict[str, Any]:
        told = {"SensorTimestamp": int(self._video.clock.now() * 1e9), "ExposureTime": 9_984, "Lux": 210.5}
        return told if self._video.af_state is None else told | {"AfState": self._video.af_state}

    def release(self) -> None:
        pass


class _Never:
    def wait(self, timeout: float | None = None) -> bool:
        return False

    def is_set(self) -> bool:
        return False


_NEVER: Any = _Never()


@dataclass
class Board:
    """The modules ``picamera2`` and ``libcamera`` of a board with a camera; ``opened``: those configured.

    ``lacks``: controls it does not advertise; ``vanished``: modes it tells and does not grant;
    ``tells_crop``: whether it says what a mode reads; ``turns``: whether it turns pictures;
    ``others``: models of further cameras.
    """

    sensor: Sensor
    clock: Clock
    fails: Exception | None = None
    lacks: tuple[str, ...] = ()
    vanished: tuple[Size, ...] = ()
    tells_crop: bool = True
    turns: bool = False
    others: tuple[str, ...] = ()
    opened: list[Video] = field(default_factory=list)

    models: tuple[str, ...] | None = None
    """The cameras as libcamera listed them; None until it does."""
    tuning_at_listing: Any = None

    def listed(self) -> tuple[str, ...]:
        """List the cameras, once until the last one is closed. This is when libcamera reads a tuning file."""
        if self.models is None:
            path = os.environ.get(VARIABLE)
            self.tuning_at_listing, self.models = None, (self.sensor.model, *self.others)
            if path and not Path(path).exists():
                self.models = ()  # no camera can be registered
            elif path:
                self.tuning_at_listing = json.loads(Path(path).read_text())
        return self.models

    def set_variable(self, tuning: Any) -> None:
        """What Picamera2 does with its argument, except that a file it makes itself is gone at once."""
        if tuning is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = tuning if isinstance(tuning, str) else "/tmp/gone.json"

    def picamera2(self) -> Any:
        board = self

        class Picamera2:
            instances: ClassVar[list[Video]] = board.opened

            def __new__(cls, number: int, tuning: Any = None) -> Any:
                board.set_variable(tuning)
                if not board.listed():
                    raise IndexError("list index out of range")
                video = Video(board.sensor, board.clock, board.tuning_at_listing, board.fails)
                video.lacks, video.vanished = board.lacks, board.vanished
                video.tells_crop, video.turns, video.board = board.tells_crop, board.turns, board
                return video

            @staticmethod
            def global_camera_info() -> list[dict[str, Any]]:
                return [{"Id": f"/base/soc/i2c/{model}@1a", "Model": model} for model in board.listed()]

            @staticmethod
            def load_tuning_file(name: str) -> dict[str, Any]:
                if name.partition(".")[0] not in TUNINGS:
                    raise RuntimeError("Tuning file not found")
                return tuning_file(name, board.sensor.most_gain)

        return SimpleNamespace(Picamera2=Picamera2)

    def libcamera(self) -> Any:
        return SimpleNamespace(
            Transform=SimpleNamespace,
            ColorSpace=SimpleNamespace(Sycc=lambda: None),
            StreamRole=SimpleNamespace(Raw="raw"),
        )

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the two modules in the place of the real ones, and the environment back in the end."""
        monkeypatch.setitem(sys.modules, "picamera2", self.picamera2())
        monkeypatch.setitem(sys.modules, "libcamera", self.libcamera())
        monkeypatch.setenv(VARIABLE, "")
        del os.environ[VARIABLE]


Open = Callable[..., tuple[PiCamera, Board]]
"""Open the camera of a board: see the fixture ``opened``."""


def _score(size: Size, asked: Size) -> float:
    """picamera2's choice of a mode: smaller is better, and enlarging is cheap."""

    def off(wanted: float, actual: float) -> float:
        missing = wanted - actual
        return -missing / 4 if missing < 0 else missing * 2

    shape = 1500 * off(asked[0] / asked[1], size[0] / size[1])
    return off(asked[0], size[0]) + off(asked[1], size[1]) + shape
