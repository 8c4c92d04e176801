"""The words of lights and expressions that the page gets from the code."""

import json

from appliance.light.states import SIGNALS
from appliance.records.labels import EXPRESSIONS
from tests.support.page_server import Page


def test_the_page_has_the_words_for_every_light_and_every_expression_from_the_code(page: Page) -> None:
    answer = page.ask("/static/vocabulary.json")
    assert answer.headers["content-type"] == "application/json"
    words = json.loads(answer.body)
    assert set(words["lights"]) == {str(signal) for signal in SIGNALS}
    assert words["lights"]["camera_lost"] == {
        "title": "Camera lost",
        "animation": "bad",
        "seen": "2 blinks, a pause",
        "meaning": "the camera does not answer; trying again",
    }
    assert tuple(one["key"] for one in words["expressions"]) == EXPRESSIONS
    assert words["expressions"][1] == {"key": "disgust", "name": "disgusted", "colour": "#009e73"}
    assert words["words"]["photo.deleted.one"] == "Photo deleted"
