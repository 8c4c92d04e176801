"""What the page's buttons ask the appliance for."""

from appliance.records.decision import Command
from tests.support.page_server import Page


def test_arm_disarm_and_shoot(page: Page) -> None:
    for word in ("arm", "disarm", "shoot"):
        assert page.ask(f"/api/do/{word}", "POST", {}).status == 200
    assert page.appliance.asked == [Command.ARM, Command.DISARM, Command.SHOOT]
    assert page.ask("/api/do/status", "POST", {}).status == 404
    assert page.ask("/api/do/delete", "POST", {}).status == 404
