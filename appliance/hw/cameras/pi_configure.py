"""Configuration of a Pi camera: sensor mode, number of buffers, and reading back what was granted."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.config import schema
from appliance.hw import board
from appliance.hw.cameras.granted import Granted, analysis_notes
from appliance.hw.cameras.pi_controls import CameraControls, camera_controls, ranges
from appliance.hw.cameras.sensor_modes import SensorMode, Size, bit_depth, candidates, photo_size
from appliance.hw.machine import Machine
from appliance.imaging.resize import fitted_size

BUFFERS, FEW_BUFFERS = 6, 4
"""Requests in flight. One is kept by picamera2, one is being copied: of four, two are left for the camera,
and a slow board drops frames. Six where the contiguous memory suffices."""

ENOUGH_PIXELS = 0.9
"""Share of the pixels of a ``camera.picture_size`` that somebody set: a photo with fewer is told."""

MOST_TRIES = 3
"""Configurations tried with an unknown sensor: each allocates buffers, and small boards run out."""


class Configuring:
    """Configures an open Picamera2 so that it shows the whole view, and reads back what it granted.

    ``settings_told`` and ``notes`` are added to what was granted: they were decided before the opening.
    """

    def __init__(
        self,
        device: Any,
        settings: schema.CameraSettings,
        libcamera: Any,
        *,
        settings_told: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
        machine: Machine | None = None,
    ) -> None:
        self._device = device
        self._settings = settings
        self._libcamera = libcamera
        self._requested = dict(settings_told or {})
        self._notes = tuple(notes)
        self._machine = machine or Machine()
        self._model = str(device.camera_properties.get("Model", "unknown model"))

    def whole_view(self) -> Granted:
        """Return what was granted. With an unknown sensor several modes may be tried."""
        settings = self._settings
        modes = candidates(
            self._modes(),
            settings.picture_size,
            settings.frame_rate,
            self._model,
            whole_view=settings.whole_view,
        )
        if not modes:
            return self._configure(None)
        best: Granted | None = None
        for mode in modes[:MOST_TRIES]:
            granted = self._configure(mode)
            if not granted.cropped:
                return granted
            if best is None or (granted.read_share or (0, 0)) > (best.read_share or (0, 0)):
                best = granted
        assert best is not None
        return best if best.mode == granted.mode else self._configure(best.mode)

    def _modes(self) -> list[SensorMode]:
        """Return the sensor's raw modes, asked of libcamera; none of a camera without a raw stream.

        ``Picamera2.sensor_modes`` would configure each of them, and small boards run out of memory.
        """
        try:
            role = self._libcamera.StreamRole.Raw
            formats = self._device.camera.generate_configuration([role]).at(0).formats
            return [
                SensorMode((size.width, size.height), bit_depth(str(pixels)))
                for pixels in formats.pixel_formats
                for size in formats.sizes(pixels)
            ]
        except (AttributeError, RuntimeError, IndexError, TypeError, ValueError):
            return []

    def _configure(self, mode: SensorMode | None) -> Granted:
        device, settings = self._device, self._settings
        main = photo_size(
            settings.picture_size,
            mode.size if mode is not None else device.sensor_resolution,
            settings.whole_view and mode is not None,
        )
        lores = fitted_size(main, settings.analysis_size, step=2)
        buffers = buffer_count(main, lores, mode, board.contiguous_memory(self._machine).free)
        turned = int(settings.orientation >= 180)
        configuration = device.create_video_configuration(
            # YUV420 takes half the memory of RGB, and a camera without it grants what it has.
            main={"size": main, "format": "YUV420"},
            lores={"size": lores, "format": "YUV420"},
            raw=None,
            transform=self._libcamera.Transform(hflip=turned, vflip=turned),
            colour_space=self._libcamera.ColorSpace.Sycc(),
            buffer_count=buffers,
            **({} if mode is None else {"sensor": {"output_size": mode.size, "bit_depth": mode.bit_depth}}),
        )
        device.configure(configuration)
        # Only now are the limits of the controls those of this mode.
        wanted = camera_controls(settings, device.camera_controls)
        device.set_controls(wanted.values)
        return self._granted(mode, wanted, buffers)

    def _granted(self, asked: SensorMode | None, wanted: CameraControls, buffers: int) -> Granted:
        properties = self._device.camera_properties
        configuration = self._device.camera_configuration()
        mode, sensor = asked, configuration.get("sensor") or {}
        notes = [*self._notes, *wanted.notes]
        if sensor.get("output_size"):
            depth = sensor.get("bit_depth") or (asked.bit_depth if asked is not None else 0)
            mode = SensorMode(_size(sensor["output_size"]), depth)
        if asked is not None and mode is not None and mode.size != asked.size:
            notes.append(f"the sensor's mode {asked} is not granted, {mode} is used")
        crop, whole = properties.get("ScalerCropMaximum"), properties.get("PixelArraySize")
        main, lores = (_size(configuration[name]["size"]) for name in ("main", "lores"))
        notes += analysis_notes(self._settings.analysis_size, lores)
        granted = Granted(
            kind="picamera2",
            model=self._model,
            mode=mode,
            crop=tuple(crop) if crop and all(crop[2:]) else None,
            sensor=_size(whole) if whole and all(whole) else None,
            picture_size=main,
            analysis_size=lores,
            frame_rate=wanted.frame_rate,
            asked_rate=self._settings.frame_rate,
            buffers=buffers,
            buffer_bytes=buffer_bytes(main, lores, mode),
            ranges=ranges(self._device.camera_controls),
            settings=wanted.settings | self._requested,
        )
        asked_for = "picture_size" in self._settings.model_fields_set
        if asked_for and main[0] * main[1] < ENOUGH_PIXELS * math.prod(self._settings.picture_size):
            wanted_size = "{}x{}".format(*self._settings.picture_size)
            notes.append(
                f"camera.picture_size: {wanted_size} is more than this mode has, {main[0]}x{main[1]} is used"
            )
        if granted.cropped:
            notes.append("no mode of this sensor reads the whole of it: the picture is cropped")
        return dataclasses.replace(granted, notes=tuple(notes))


def _size(pair: Sequence[int]) -> Size:
    return pair[0], pair[1]


def buffer_count(main: Size, lores: Size, mode: SensorMode | None, free: int | None) -> int:
    """Return how many buffers of each stream fit into ``free`` bytes, half of which stays for others."""
    each = buffer_bytes(main, lores, mode)
    return BUFFERS if free is None or BUFFERS * each <= free // 2 else FEW_BUFFERS


def buffer_bytes(main: Size, lores: Size, mode: SensorMode | None) -> int:
    """Return the contiguous memory that one buffer of every stream takes, bytes: YUV 4:2:0, and raw inside.

    libcamera keeps raw buffers of its own although none is requested. Its VC4 pipeline packs them.
    """
    pixels = main[0] * main[1] + lores[0] * lores[1]
    raw = 0 if mode is None else mode.size[0] * mode.size[1] * max(8, mode.bit_depth) // 8
    return pixels * 3 // 2 + raw
