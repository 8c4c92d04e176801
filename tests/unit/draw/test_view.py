"""What the page shows of a frame: picture, boxes, verdict and light, in a size to look at."""

import numpy as np
import pytest

from appliance.config.schema import RuleSettings
from appliance.draw.text import AMBER, GREEN, GREY
from appliance.draw.view import LARGEST, NARROWEST, SMALLEST, view
from appliance.light.states import State
from tests.support.drawn import count, decided, somebody
from tests.support.strategies import decision_on, frame


def test_the_still_and_the_recording_are_drawn_alike() -> None:
    decision = decided(0, somebody(1, 60, 0.9, shows=True), somebody(2, 300, 0.2, shows=False))
    still, live = view(decision, RuleSettings(), light=False), view(decision, RuleSettings())
    below_the_faces = 255
    assert np.array_equal(still[:below_the_faces], live[:below_the_faces])
    assert not np.array_equal(still[below_the_faces:480], live[below_the_faces:480]), "everybody's number"
    assert not np.array_equal(still[480:], live[480:]), "the light, and what happens next"


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (33, 47), (5120, 2881), (719, 405)])
def test_a_picture_of_any_size_is_drawn_in_a_size_to_look_at(size: tuple[int, int]) -> None:
    drawn = view(decided(0, somebody(1, 0, 0.9, shows=True), size=size), RuleSettings())
    height, width = drawn.shape[:2]
    assert height % 2 == width % 2 == 0
    assert NARROWEST <= width <= LARGEST
    assert SMALLEST <= max(height, width) <= LARGEST + 200


def test_the_longest_words_stay_on_the_picture() -> None:
    rule = RuleSettings.model_validate(
        {"expression": ["happy", "surprise", "disgust"], "who": {"at_least": 100}}
    )
    drawn = view(decided(0, somebody(1, 0, 0.9, shows=True), size=(320, 240)), rule)
    assert drawn.shape[1] == SMALLEST


def test_a_disarmed_appliance_is_drawn_so() -> None:
    decision = decision_on(frame(0.0), armed=False, light=State.DISARMED)
    words = view(decision, RuleSettings())[360:]
    assert count(words, GREY) > 50
    assert count(words, GREEN) + count(words, AMBER) == 0
