"""The light shows that photos are being saved until the last one is on disk, or one is lost."""

from appliance.daemon.conditions import Conditions
from appliance.daemon.saving import SavingProgress
from appliance.light.states import Condition, State
from appliance.records.decision import Decision, Photo
from tests.support.strategies import frame


def chosen(time: float) -> Decision:
    return Decision(frame(time), (), True, True, True, State.PHOTO)


def test_several_photos_of_one_moment_are_being_saved_until_the_last_one_is() -> None:
    conditions = Conditions()
    saving, first, last = SavingProgress(conditions), chosen(0.1), chosen(0.2)
    for decision in (first, last):
        saving.chosen(decision)
    saving.kept(Photo("1.jpg", first))
    assert Condition.SAVING in conditions
    saving.kept(Photo("2.jpg", last))
    assert Condition.SAVING not in conditions


def test_a_photo_that_cannot_be_kept_is_a_fault_until_one_can_and_saving_ends_with_it() -> None:
    conditions = Conditions()
    saving = SavingProgress(conditions)
    saving.chosen(chosen(0.1))
    saving.storage_fault(True)
    assert list(conditions) == [Condition.STORAGE_FAULT]
    saving.storage_fault(False)
    assert list(conditions) == []
