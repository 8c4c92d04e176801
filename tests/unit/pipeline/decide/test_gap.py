"""Missing frames are told from a camera that is slow by its settings."""

import pytest

from appliance.config.schema import RuleSettings
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.decide.gap import FrameGap
from tests.support.rule import SAD, SMILE, photos
from tests.support.strategies import people

START, GAP, GOES_ON = (True, False), (True, True), (False, False)


def steps(times: list[float]) -> list[tuple[bool, bool]]:
    gap = FrameGap()
    return [gap.step(time) for time in times]


def test_more_than_a_second_without_a_frame_is_a_gap() -> None:
    assert steps([0, 0.03, 0.06, 1.07]) == [START, GOES_ON, GOES_ON, GAP]


def test_time_that_goes_back_starts_over_and_is_not_a_gap() -> None:
    assert steps([5, 5.03, 1]) == [START, GOES_ON, START]


def test_a_camera_of_one_frame_a_second_has_no_gaps_until_it_misses_two() -> None:
    assert steps([0, 1.02, 2.03, 3.05])[2:] == [GOES_ON, GOES_ON]
    assert steps([0, 1.0, 2.0, 3.0, 6.0])[-1] == GAP


def test_one_long_gap_does_not_make_the_next_one_usual() -> None:
    assert steps([0, 0.03, 3, 3.03, 6, 6.03])[4] == GAP


@pytest.mark.parametrize("rate", [1, 2, 3, 5, 10, 60, 120])
def test_everybody_who_smiles_is_photographed_at_every_frame_rate(rate: int) -> None:
    decider = Decider(RuleSettings())
    step = 1.02 / rate
    before = [decider.decide(people(n * step, {1: SAD, 2: SMILE})) for n in range(3 * rate)]
    smiling = [decider.decide(people((3 * rate + n) * step, {1: SMILE, 2: SMILE})) for n in range(6 * rate)]
    assert photos(before) == 0
    assert photos(smiling) == 1
