"""States: what the decision says, with the signal of each."""

from collections.abc import Mapping
from enum import StrEnum

from appliance.light.patterns import (
    Facts,
    blink,
    burst,
    climb,
    code,
    long_and_short,
    per_person,
    steady,
)
from appliance.light.row import (
    LED_BLUE,
    LED_GREEN,
    LED_RED,
    LED_YELLOW,
    Animation,
    Kind,
    Rgb,
    Row,
)


class State(StrEnum):
    """Activity of the appliance; one at a time, with every decision."""

    OFF = "off"
    STARTING = "starting"
    BOOTING = "booting"
    GIVEN_UP = "given_up"
    DISARMED = "disarmed"
    ARMED = "armed"
    PEOPLE = "people"
    WAITING = "waiting"
    TOO_FAR = "too_far"
    ALL = "all"
    PHOTO = "photo"


def _nearness(facts: Facts) -> Rgb:
    return LED_RED if facts.level < 0.5 else LED_YELLOW


STATE_ROWS: Mapping[State, Row] = {
    State.OFF: Row(
        title="Off", seen="off", meaning="not running", pattern=steady(0), animation=Animation.OFF
    ),
    State.STARTING: Row(
        title="Starting", seen="off", meaning="not ready yet", pattern=steady(0), animation=Animation.OFF
    ),
    State.BOOTING: Row(
        title="Starting",
        seen="a short blip every second",
        meaning="starting up",
        pattern=code(1, 0.05, 0.05, 0.95),
        animation=Animation.OFF,
    ),
    State.GIVEN_UP: Row(
        title="Cannot be started",
        seen="6 blinks, a pause",
        meaning="cannot be started, not even by a reboot: ask `smart-selfie doctor`",
        pattern=code(6),
        animation=Animation.BAD,
    ),
    State.DISARMED: Row(
        title="Disarmed",
        seen="a short blip every 3 s",
        meaning="ready; press the button to arm",
        pattern=code(1, 0.05, 0.05, 2.95),
        animation=Animation.BLIP,
        colour=LED_BLUE,
    ),
    State.ARMED: Row(
        title="Armed",
        seen="slow pulse, 1 s on, 1 s off",
        meaning="armed; nobody in view, or nothing new since the photo: move, join, or stop and smile again",
        pattern=blink(1.0, 1.0),
        animation=Animation.SLOW,
        colour=LED_BLUE,
    ),
    State.PEOPLE: Row(
        title="Waiting",
        seen="N short blinks, once; after six a long one for the rest",
        meaning="I see N people; shown when the number has changed",
        pattern=per_person,
        animation=Animation.FAST,
        kind=Kind.ONCE,
    ),
    State.WAITING: Row(
        title="Waiting",
        seen="blinking, the faster the nearer, 1 to 4 a second",
        meaning="not everybody shows it yet; the speed follows the lowest score",
        pattern=climb(0.4, 0.125),
        animation=Animation.FAST,
        colour=_nearness,
    ),
    State.TOO_FAR: Row(
        title="Too far away",
        seen="a long blink and a short one in turn, about one a second",
        meaning="somebody is too far away for a smile to be seen: step nearer",
        pattern=long_and_short,
        animation=Animation.SLOW,
        colour=LED_YELLOW,
    ),
    State.ALL: Row(
        title="Hold still",
        seen="on",
        meaning="everybody shows it: hold still",
        pattern=steady(1),
        animation=Animation.ON,
        colour=LED_GREEN,
    ),
    State.PHOTO: Row(
        title="Photo taken",
        seen="a burst of 8 quick flashes",
        meaning="photo taken",
        pattern=burst(8),
        animation=Animation.BURST,
        tone=880.0,
        kind=Kind.ONCE,
    ),
}
