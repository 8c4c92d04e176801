"""The light shows that photos are being saved until the last one is on disk, or one is lost."""

from pathlib import Path

from appliance.daemon.conditions import Conditions
from appliance.daemon.saving import SavingProgress
from appliance.light.states import Condition
from appliance.records.decision import Photo
from tests.support.strategies import frame, photo_on


def test_several_photos_of_one_moment_are_being_saved_until_the_last_one_is() -> None:
    conditions = Conditions()
    saving, first, last = SavingProgress(conditions), photo_on(frame(0.1, 1)), photo_on(frame(0.2, 2))
    for decision in (first, last):
        saving.chosen(decision)
    saving.kept(Photo(path=Path("1.jpg"), decision=first))
    assert Condition.SAVING in conditions
    saving.kept(Photo(path=Path("2.jpg"), decision=last))
    assert Condition.SAVING not in conditions


def test_a_photo_that_cannot_be_kept_is_a_fault_until_one_can_and_saving_ends_with_it() -> None:
    conditions = Conditions()
    saving = SavingProgress(conditions)
    saving.chosen(photo_on(frame(0.1)))
    saving.storage_fault(True)
    assert list(conditions) == [Condition.STORAGE_FAULT]
    saving.storage_fault(False)
    assert list(conditions) == []
