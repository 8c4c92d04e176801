"""Progress of saving photos, for the light: from the choice until the last one is on disk."""

from appliance.daemon.conditions import Conditions
from appliance.light.states import Condition
from appliance.records.decision import Decision, Photo


class SavingProgress:
    """Follows photos from the choice to the disk and sets SAVING and STORAGE_FAULT. Any thread."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._last: int | None = None

    def chosen(self, decision: Decision) -> None:
        """Expect one more photo."""
        self._last = decision.frame.sequence
        self._conditions.set(Condition.SAVING, True)

    def kept(self, photo: Photo) -> None:
        """End with the last photo of several: storage is busy until then."""
        if photo.decision.frame.sequence == self._last:
            self._conditions.set(Condition.SAVING, False)

    def storage_fault(self, present: bool) -> None:
        """End where a photo was lost (``present``); a photo that was kept ends the fault."""
        self._conditions.set(Condition.STORAGE_FAULT, present)
        if present:
            self._conditions.set(Condition.SAVING, False)
