"""The bundled scene in place of a camera, for the demo on a screen and for that in a browser."""

from appliance.clock import Clock
from appliance.config import Config
from appliance.errors import UsageError
from appliance.hw.camera import Camera
from appliance.hw.cameras import scene


def play_scene(config: Config, clock: Clock, *, loop: bool = False) -> Camera:
    """Return the scene, open in place of a camera. Raises ModelError."""
    return scene.Scene(clock, analysis_size=config.camera.analysis_size, loop=loop)


def check_scene_can_show(config: Config) -> None:
    """Raise UsageError if the people of the scene never show ``rule.expression``."""
    wanted = config.rule.expression
    shown = scene.SCENE_EXPRESSIONS
    if not set(wanted) & set(shown):
        raise UsageError(
            f"The scene's people never show {' or '.join(wanted)}, only {' and '.join(shown)}",
            "Show it yourself: smart-selfie demo --camera",
        )
