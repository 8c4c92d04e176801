"""The sensors of the official camera modules, and one that nobody knows: facts, as a board tells them.

The modes (size, crop on the sensor, shortest frame) are what ``rpicam-hello --list-cameras`` prints.
"""

from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]


@dataclass(frozen=True)
class Mode:
    """``crop``: x, y, width, height in pixels of the whole sensor; ``rate``: frames a second at most."""

    size: Size
    crop: tuple[int, int, int, int]
    rate: float
    formats: tuple[str, ...] = ("SRGGB10_CSI2P",)


@dataclass(frozen=True)
class Sensor:
    model: str
    pixels: Size
    modes: tuple[Mode, ...]
    autofocus: bool = False
    startup: int = 7
    most_gain: float = 16.0


SENSORS = {
    sensor.model: sensor
    for sensor in (
        Sensor(
            "ov5647",
            (2592, 1944),
            (
                Mode((640, 480), (16, 0, 2560, 1920), 58.92),
                Mode((1296, 972), (0, 0, 2592, 1944), 46.34),
                Mode((1920, 1080), (348, 434, 1928, 1080), 32.81),
                Mode((2592, 1944), (0, 0, 2592, 1944), 15.63),
            ),
            startup=8,
            most_gain=8.0,
        ),
        Sensor(
            "imx219",
            (3280, 2464),
            (
                Mode((640, 480), (1000, 752, 1280, 960), 103.33, ("SRGGB10_CSI2P", "SRGGB8")),
                Mode((1640, 1232), (0, 0, 3280, 2464), 41.85, ("SRGGB10_CSI2P", "SRGGB8")),
                Mode((1920, 1080), (680, 692, 1920, 1080), 47.57, ("SRGGB10_CSI2P", "SRGGB8")),
                Mode((3280, 2464), (0, 0, 3280, 2464), 21.19, ("SRGGB10_CSI2P", "SRGGB8")),
            ),
            most_gain=10.0,
        ),
        Sensor(
            "imx708",
            (4608, 2592),
            (
                Mode((1536, 864), (768, 432, 3072, 1728), 120.13),
                Mode((2304, 1296), (0, 0, 4608, 2592), 56.03),
                Mode((4608, 2592), (0, 0, 4608, 2592), 14.35),
            ),
            autofocus=True,
        ),
        Sensor(
            "imx477",
            (4056, 3040),
            (
                Mode((1332, 990), (696, 528, 2664, 1980), 120.05),
                Mode((2028, 1080), (0, 440, 4056, 2160), 50.03, ("SRGGB12_CSI2P",)),
                Mode((2028, 1520), (0, 0, 4056, 3040), 40.01, ("SRGGB12_CSI2P",)),
                Mode((4056, 3040), (0, 0, 4056, 3040), 10.0, ("SRGGB12_CSI2P",)),
            ),
        ),
        Sensor(
            "imx500",
            (4056, 3040),
            (
                Mode((2028, 1520), (0, 0, 4056, 3040), 30.02),
                Mode((4056, 3040), (0, 0, 4056, 3040), 10.0),
            ),
        ),
        Sensor("imx296", (1456, 1088), (Mode((1456, 1088), (0, 0, 1456, 1088), 60.38),)),
        # Of other makers: half of it lacks a line.
        Sensor(
            "imx519",
            (4656, 3496),
            (
                Mode((1280, 720), (1048, 1042, 2560, 1440), 80.0),
                Mode((1920, 1080), (408, 674, 3840, 2160), 60.0),
                Mode((2328, 1746), (0, 2, 4656, 3492), 30.0),
                Mode((3840, 2160), (408, 672, 3840, 2160), 18.0),
                Mode((4656, 3496), (0, 0, 4656, 3496), 9.0),
            ),
            autofocus=True,
        ),
        # A sensor nobody knows: its native mode is cropped, and a binned one sees everything.
        Sensor(
            "ovunknown",
            (4000, 3000),
            (
                Mode((3840, 2160), (80, 420, 3840, 2160), 30.0),
                Mode((1333, 1000), (0, 0, 4000, 3000), 60.0),
            ),
        ),
    )
}

TUNINGS = {*SENSORS, "imx219_noir", "imx708_noir"} - {"ovunknown"}
"""Names of the tuning files that are installed."""


def tuning_file(name: str, most_gain: float) -> dict[str, Any]:
    """A tuning of version 2 as far as exposure goes, with the profiles of libcamera's files."""
    profiles = {
        "normal": {"shutter": [100, 10000, 30000, 60000, 66666], "gain": [1.0, 2.0, 4.0, 6.0, most_gain]},
        "short": {"shutter": [100, 5000, 10000, 20000, 66666], "gain": [1.0, 2.0, 4.0, 6.0, most_gain]},
    }
    channels = [{"exposure_modes": profiles}, {"exposure_modes": profiles}]
    return {"version": 2.0, "name": name, "algorithms": [{"rpi.agc": {"channels": channels}}]}
