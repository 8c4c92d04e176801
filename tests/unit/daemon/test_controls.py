"""What button and page get from an appliance that still starts."""

import pytest

from appliance.config.schema import RuleSettings
from appliance.daemon.controls import Starting
from appliance.errors import StorageError
from appliance.records.decision import Command


def test_an_appliance_that_still_starts_answers_and_does_nothing() -> None:
    controls = Starting(RuleSettings(min_faces=3))
    controls.command(Command.SHOOT)
    status = controls.status()
    assert status["ready"] is False
    assert status["stages"] == []
    assert status["rule"]["min_faces"] == 3
    with pytest.raises(StorageError, match="still starting"):
        controls.delete_photo("selfie-000001-20260101-120000.jpg")
    with pytest.raises(StorageError, match="still starting"):
        controls.restore_photo("selfie-000001-20260101-120000.jpg")
