"""How long everybody has to show it, and what starts that time over."""

from appliance.config.schema import RuleSettings
from appliance.pipeline.decide.decider import Decider
from appliance.records.decision import Reason, ReasonKind
from tests.support.rule import FAINT, GRIN, SAD, SMILE, STEP, photos, play
from tests.support.strategies import people


def test_a_smile_shorter_than_the_hold_is_not_taken() -> None:
    scenes = [{1: SAD}] * 10 + [{1: SMILE}] * 7 + [{1: SAD}] * 30
    assert photos(play(Decider(RuleSettings()), scenes)) == 0


def test_a_face_missed_for_a_moment_blocks_but_need_not_start_over() -> None:
    scenes = [{1: SMILE, 2: SMILE}] * 6 + [{1: SMILE, 2: None}] * 4 + [{1: SMILE, 2: SMILE}] * 4
    decisions = play(Decider(RuleSettings()), scenes)
    assert not any(d.take_photo for d in decisions[6:10])
    assert photos(decisions) == 1


def test_the_hold_counts_from_the_first_smile_and_smoothing_costs_no_time() -> None:
    decisions = play(Decider(RuleSettings()), [{1: GRIN, 2: SAD}] * 30 + [{1: GRIN, 2: SMILE}] * 30)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert 0.35 <= taken - 30 * STEP <= 0.35 + STEP


def test_a_single_frame_that_looks_like_a_smile_starts_no_hold() -> None:
    scenes = [{1: SAD}] * 30 + [{1: SMILE}] + [{1: FAINT}] * 15 + [{1: SMILE}] * 30
    (taken,) = [d.frame.captured_at for d in play(Decider(RuleSettings()), scenes) if d.take_photo]
    assert taken - 46 * STEP >= 0.35


def test_who_only_goes_on_by_hysteresis_holds_but_is_not_photographed() -> None:
    scenes = [{1: GRIN, 2: SMILE}] * 6 + [{1: GRIN, 2: FAINT}] * 20 + [{1: GRIN, 2: SMILE}]
    decisions = play(Decider(RuleSettings(smoothing_seconds=0)), scenes)
    assert [d.take_photo for d in decisions] == [False] * 26 + [True]
    assert all(d.all_show for d in decisions)
    assert {d.reason for d in decisions[6:26]} == {Reason(kind=ReasonKind.NOT_PLAINLY, showing=1, needed=2)}


def test_a_photo_right_after_a_gap_of_five_seconds_needs_the_whole_hold_again() -> None:
    decider = Decider(RuleSettings())
    play(decider, [{1: GRIN, 2: GRIN}] * 9)
    decisions = play(decider, [{1: GRIN, 2: GRIN}] * 30, start=5.3)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert taken >= 5.3 + 0.35


def test_somebody_who_enters_during_the_hold_starts_it_over() -> None:
    decisions = play(Decider(RuleSettings()), [{1: GRIN}] * 9 + [{1: GRIN, 2: GRIN}] * 30)
    (taken,) = [d.frame.captured_at for d in decisions if d.take_photo]
    assert taken >= 9 * STEP + 0.35


def test_after_a_long_gap_between_frames_everybody_starts_over() -> None:
    decider = Decider(RuleSettings())
    play(decider, [{1: GRIN}] * 5)
    assert not decider.decide(people(10.0, {1: GRIN})).take_photo


def test_ten_frames_can_be_asked_for_instead_of_seconds() -> None:
    decisions = play(Decider(RuleSettings(hold_frames=10, hold_seconds=0)), [{1: GRIN}] * 30)
    assert [d.take_photo for d in decisions].index(True) == 9


def test_time_that_goes_back_in_mid_hold_starts_it_over() -> None:
    decider = Decider(RuleSettings())
    play(decider, [{1: GRIN}] * 6, start=1000)
    (taken,) = [d.frame.captured_at for d in play(decider, [{1: GRIN}] * 30) if d.take_photo]
    assert 0.35 <= taken <= 0.35 + STEP


def test_faces_that_take_turns_are_never_all_showing_it() -> None:
    turns = [{1: GRIN, 2: SAD}] * 5 + [{1: SAD, 2: GRIN}] * 5
    assert photos(play(Decider(RuleSettings()), turns * 30)) == 0
