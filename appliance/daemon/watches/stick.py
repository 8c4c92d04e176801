"""Progress of the export to a USB stick, for the light: another process with other rights reports it."""

from pathlib import Path

from appliance.daemon.conditions import Conditions
from appliance.daemon.watches.watch import Watch
from appliance.light.states import Condition
from appliance.storage.regular_file import read_regular

PLACE = Path("/run/smart-selfie-export/light")
"""systemd/stick writes the name of a condition here, and removes the file when there is none."""
_WORDS = {str(light): light for light in (Condition.EXPORTING, Condition.SAFE_TO_UNPLUG)}
_MAX_BYTES = 32


class StickWatch(Watch):
    """Sets the condition that the export has written to ``place``. Costs a failed open(2) without a stick."""

    def __init__(self, conditions: Conditions, place: Path = PLACE) -> None:
        self._conditions = conditions
        self._place = place
        self._current: Condition | None = None

    def check(self) -> None:
        """See :class:`Watch`."""
        found = self._read()
        if found is self._current:
            return
        if self._current is not None:
            self._conditions.set(self._current, False)
        if found is not None:
            self._conditions.set(found, True)
        self._current = found

    def _read(self) -> Condition | None:
        try:
            content = read_regular(self._place, _MAX_BYTES)
        except OSError:
            return None
        return _WORDS.get(content.decode(errors="replace").strip())
