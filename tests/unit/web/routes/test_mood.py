"""Expressions over time, as the page and a spreadsheet ask for them."""

from datetime import datetime

import pytest

from appliance.records.labels import EXPRESSIONS
from tests.support.page_server import Page
from tests.support.page_viewer import Browser, Filming


def test_the_history_as_a_table(page: Page) -> None:
    browser = Browser(page)
    with Filming(page):
        browser.frame()
        while len(page.ask("/api/history").json()["samples"]) < 1:
            browser.frame()
    lines = page.ask("/history.csv").body.decode().split("\r\n")
    assert lines[0] == "time,who,people," + ",".join(EXPRESSIONS)
    rows = [line.split(",") for line in lines[1:4]]
    assert [row[1] for row in rows] == ["mean", "share", "person 1"]
    assert float(rows[0][3 + EXPRESSIONS.index("happy")]) == pytest.approx(0.55)
    assert datetime.fromisoformat(rows[0][0]).tzinfo is not None
    browser.socket.close()
