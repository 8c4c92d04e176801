"""Configuring a Pi camera: which sensor mode, how many buffers, and what was granted in the end."""

from typing import Any

from appliance.config import schema
from appliance.hw.cameras.pi_controls import controls
from appliance.hw.cameras.sensor_modes import (
    WHOLE,
    Granted,
    SensorMode,
    bit_depth,
    candidates,
    photo_size,
    view_of,
)
from appliance.hw.machine import Machine
from appliance.imaging.resize import fitted_size

BUFFERS, FEW_BUFFERS = 6, 4
"""Requests under way. One is kept by picamera2, one is being copied: of four, two are left for the camera,
and a slow board drops frames. Six where the contiguous memory has room."""

MOST_TRIES = 3
"""Configurations tried of a sensor that nobody knows: each allocates buffers, and small boards run out."""


class Configuring:
    """Configures an open Picamera2 so that it shows the whole view, and reads back what it granted."""

    def __init__(self, device: Any, settings: schema.CameraSettings, libcamera: Any) -> None:
        self._device = device
        self._settings = settings
        self._libcamera = libcamera
        self._model = str(device.camera_properties.get("Model", "unknown model"))

    def whole_view(self) -> Granted:
        """Return what was granted. Of a sensor that nobody knows several modes may be tried."""
        settings = self._settings
        modes = candidates(
            self._modes(),
            settings.picture_size,
            settings.frame_rate,
            self._model,
            whole_view=settings.whole_view,
        )
        best: Granted | None = None
        if not modes:
            return self._configure(None)
        for mode in modes[:MOST_TRIES]:
            granted = self._configure(mode)
            if granted.view[0] >= WHOLE:
                return granted
            if best is None or granted.view > best.view:
                best = granted
        assert best is not None
        return best if best.mode is granted.mode else self._configure(best.mode)

    def _modes(self) -> list[SensorMode]:
        """The sensor's raw modes, asked of libcamera; a camera without a raw stream has none.

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
        turned = int(settings.orientation >= 180)
        configuration = device.create_video_configuration(
            # YUV420 takes half the memory of RGB, and a camera without it grants what it has.
            main={"size": main, "format": "YUV420"},
            lores={"size": lores, "format": "YUV420"},
            raw=None,
            transform=self._libcamera.Transform(hflip=turned, vflip=turned),
            colour_space=self._libcamera.ColorSpace.Sycc(),
            buffer_count=buffer_count(main, lores, mode, cma_free(Machine())),
            **({} if mode is None else {"sensor": {"output_size": mode.size, "bit_depth": mode.bit_depth}}),
        )
        device.configure(configuration)
        # Only now are the limits of the controls those of this mode.
        wanted = controls(settings, device.camera_controls)
        device.set_controls(wanted.values)
        return self._granted(mode, wanted.frame_rate, tuple(wanted.notes))

    def _granted(self, mode: SensorMode | None, frame_rate: float, notes: tuple[str, ...]) -> Granted:
        properties = self._device.camera_properties
        configuration = self._device.camera_configuration()
        size = tuple(configuration["main"]["size"])
        sensor = configuration.get("sensor") or {}
        if mode is not None and sensor.get("output_size"):
            mode = SensorMode(tuple(sensor["output_size"]), sensor.get("bit_depth") or mode.bit_depth)
        crop, whole = properties.get("ScalerCropMaximum"), properties.get("PixelArraySize")
        view = view_of(tuple(crop)[2:], tuple(whole), size) if crop and whole else (1.0, 1.0)
        if view[0] < WHOLE:
            notes += (f"this sensor has no mode of its whole width for {size[0]}x{size[1]}",)
        return Granted(
            model=self._model,
            mode=mode,
            view=view,
            picture_size=size,
            frame_rate=frame_rate,
            asked_rate=self._settings.frame_rate,
            notes=notes,
        )


def cma_free(machine: Machine) -> int | None:
    """Return the bytes of contiguous memory (CMA) that are free; None where the kernel does not tell."""
    for line in (machine.read("/proc/meminfo") or "").splitlines():
        name, _, value = line.partition(":")
        if name == "CmaFree":
            return int(value.split()[0]) * 1024
    return None


def buffer_count(
    main: tuple[int, int], lores: tuple[int, int], mode: SensorMode | None, free: int | None
) -> int:
    """Return how many buffers of each stream fit into ``free`` bytes, half of which stays for others."""
    pixels = main[0] * main[1] + lores[0] * lores[1]
    raw = 0 if mode is None else mode.size[0] * mode.size[1] * max(8, mode.bit_depth) // 8
    each = pixels * 3 // 2 + raw  # YUV 4:2:0 takes 1.5 bytes a pixel
    return BUFFERS if free is None or BUFFERS * each <= free // 2 else FEW_BUFFERS
