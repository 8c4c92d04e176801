"""What the export to a USB stick is doing, for the light: another process, with other rights."""

from collections.abc import Callable
from pathlib import Path

from appliance.light.states import Condition

PLACE = Path("/run/smart-selfie-export/light")
"""systemd/stick writes the name of a condition here, and removes the file when there is none."""
_WORDS = {str(light): light for light in (Condition.EXPORTING, Condition.SAFE_TO_UNPLUG)}
_MAX_BYTES = 32


class StickWatch:
    """Passes on what the export says. ``tell`` is given a condition of the light, and whether it is there."""

    def __init__(self, tell: Callable[[Condition, bool], None], place: Path = PLACE) -> None:
        self._tell = tell
        self._place = place
        self._said: Condition | None = None

    def look(self) -> None:
        """Look once; call it every now and then. Costs a failed open(2) while there is no stick."""
        says = self._read()
        if says is self._said:
            return
        if self._said is not None:
            self._tell(self._said, False)
        if says is not None:
            self._tell(says, True)
        self._said = says

    def _read(self) -> Condition | None:
        try:
            with self._place.open("rb") as file:
                return _WORDS.get(file.read(_MAX_BYTES).decode(errors="replace").strip())
        except OSError:
            return None
