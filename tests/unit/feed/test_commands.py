"""What the page may ask of the appliance over the feed."""

from appliance.records.decision import Command
from tests.support.feed_viewer import Appliance, Viewer


def test_arm_disarm_and_shoot_reach_the_appliance(viewer: Viewer, appliance: Appliance) -> None:
    for number, word in enumerate(("arm", "disarm", "shoot")):
        viewer.send(do=word, id=number)
        assert viewer.read()[0] == {"kind": "answer", "id": number, "ok": True}
    assert appliance.asked == [Command.ARM, Command.DISARM, Command.SHOOT]


def test_a_photo_can_be_deleted_and_a_failure_is_reported(viewer: Viewer, appliance: Appliance) -> None:
    viewer.send(do="delete", name="selfie-000001-20260101-120000.jpg", id=1)
    assert viewer.read()[0] == {"kind": "answer", "id": 1, "ok": True, "undo_seconds": 60.0}
    viewer.send(do="delete", name="gone", id=2)
    assert "already gone" in viewer.read()[0]["error"]


def test_a_deleted_photo_can_be_restored_and_a_failure_is_reported(
    viewer: Viewer, appliance: Appliance
) -> None:
    viewer.send(do="restore", name="selfie-000001-20260101-120000.jpg", id=1)
    assert viewer.read()[0] == {"kind": "answer", "id": 1, "ok": True}
    assert appliance.asked == ["restore selfie-000001-20260101-120000.jpg"]
    viewer.send(do="restore", name="gone", id=2)
    assert "no longer in the bin" in viewer.read()[0]["error"]
