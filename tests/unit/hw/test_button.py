"""The button's language, from the edges alone: no pin, no thread, no waiting."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.hw.button import STUCK_SECONDS, Gesture, Gestures

QUIET = 60.0


def play(edges: list[tuple[float, bool]], gestures: Gestures | None = None) -> list[tuple[float, Gesture]]:
    """Gestures with their times: edges at their moments, and a poll whenever one is due."""
    gestures = gestures or Gestures()
    heard: list[tuple[float, Gesture]] = []

    def until(moment: float) -> None:
        while (due := gestures.due()) is not None and due <= moment:
            heard.extend((due, gesture) for gesture in gestures.poll(due))

    for at, down in edges:
        until(at)
        heard.extend((at, gesture) for gesture in gestures.edge(down, at))
    until((edges[-1][0] if edges else 0.0) + QUIET)
    due = gestures.due()
    assert due is None or due > (edges[-1][0] if edges else 0.0)
    return heard


def words(edges: list[tuple[float, bool]], gestures: Gestures | None = None) -> list[Gesture]:
    return [gesture for _, gesture in play(edges, gestures)]


def presses(*at: float, seconds: float = 0.1) -> list[tuple[float, bool]]:
    return [edge for moment in at for edge in ((moment, True), (moment + seconds, False))]


def test_one_press_two_presses_and_presses_apart() -> None:
    assert words(presses(1)) == [Gesture.PRESS]
    assert words(presses(1, 1.3)) == [Gesture.DOUBLE_PRESS]
    assert words(presses(1, 3)) == [Gesture.PRESS, Gesture.PRESS]


def test_without_a_double_press_a_press_counts_as_soon_as_the_contact_has_settled() -> None:
    assert play(presses(1), Gestures(double=False)) == [(1.1 + 0.04, Gesture.PRESS)]


def test_a_bouncing_contact_is_one_press() -> None:
    bounces = [(1 + 0.002 * i, i % 2 == 0) for i in range(9)]
    back = [(1.3 + 0.003 * i, i % 2 == 1) for i in range(5)]
    assert words([*bounces, *back]) == [Gesture.PRESS]


def test_a_spark_is_not_a_press() -> None:
    assert words([(1, True), (1.005, False)]) == []


def test_held_for_three_seconds_and_released_is_a_hold_and_the_light_can_say_when() -> None:
    heard = play(presses(1, seconds=4))
    assert [gesture for _, gesture in heard] == [Gesture.HOLDING, Gesture.HOLD]
    assert heard[0][0] == 4.0


def test_a_button_that_never_comes_back_is_stuck_and_switches_nothing_off() -> None:
    assert words([(1, True)]) == [Gesture.HOLDING, Gesture.STUCK]
    late = (1 + STUCK_SECONDS + 5, False)
    assert words([(1, True), late]) == [
        Gesture.HOLDING,
        Gesture.STUCK,
        Gesture.FREED,
    ]


def test_a_button_that_is_down_from_the_start_does_nothing_until_it_was_released() -> None:
    edges = [(5.0, False), *presses(7)]
    assert words(edges, Gestures(down_at_start=True)) == [Gesture.FREED, Gesture.PRESS]


def test_a_loose_contact_that_never_settles_is_reported_once() -> None:
    noise = [(1 + 0.01 * i, i % 2 == 0) for i in range(400)]
    assert words(noise) == [Gesture.STUCK, Gesture.FREED]


def test_two_presses_with_a_spark_between_them_are_a_loose_contact_and_no_photo() -> None:
    spark = [(1.15, True), (1.16, False)]
    first, second = presses(1), presses(1.3)
    assert words([*first, *spark, *second]) == [Gesture.CHATTER]
    assert words([*second, *[(at + 2, down) for at, down in [*first, *second]]]) == [
        Gesture.PRESS,
        Gesture.DOUBLE_PRESS,
    ]


def test_a_contact_that_chatters_slowly_takes_no_photo() -> None:
    assert words(presses(*(1 + 0.2 * i for i in range(7)))) == [Gesture.CHATTER]


times = st.lists(st.floats(0.001, 15), max_size=40)


@given(times, st.booleans())
def test_whatever_the_contact_does_a_clean_press_afterwards_is_a_press(
    gaps: list[float], start: bool
) -> None:
    """No ghost: a double press needs two downs, a hold three seconds. No state that cannot be left."""
    edges, now, down = [], 0.0, start
    for gap in gaps:
        now, down = now + gap, not down
        edges.append((now, down))
    if down:
        edges.append((now + 1, False))
    gestures = Gestures(down_at_start=start)
    heard = words(edges, gestures)
    ups = sum(not down for _, down in edges)
    assert 2 * heard.count(Gesture.DOUBLE_PRESS) + heard.count(Gesture.PRESS) <= ups
    assert heard.count(Gesture.HOLD) <= heard.count(Gesture.HOLDING)
    after = (edges[-1][0] if edges else 0.0) + 2 * QUIET
    assert words(presses(after), gestures) == [Gesture.PRESS]
