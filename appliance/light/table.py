"""Table of the light's signals. Code, page, pictures and ``docs/light.md`` are made from it.

To add a signal:

1. Name it in ``states.py``, as a State or a Condition.
2. Give it a row here. A new blink pattern is a generator in ``patterns.py``.
3. Report it: a State from where decisions are made, a Condition from the watch that notices it.

Then run ``scripts/generate``: it writes the row into ``docs/light.md``. The tests in ``tests/unit/light``
check that a plain LED can play every row and that no two look the same.
"""

from collections.abc import Mapping

from appliance.light.patterns import (
    Facts,
    blink,
    burst,
    climb,
    code,
    long_and_short,
    per_person,
    reminder,
    steady,
)
from appliance.light.row import (
    LED_BLUE,
    LED_CYAN,
    LED_GREEN,
    LED_MAGENTA,
    LED_RED,
    LED_YELLOW,
    Animation,
    Kind,
    Rgb,
    Row,
)
from appliance.light.states import Condition, Signal, State


def _nearness(facts: Facts) -> Rgb:
    return LED_RED if facts.level < 0.5 else LED_YELLOW


TABLE: Mapping[Signal, Row] = {
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
    Condition.LET_GO: Row(
        title="Let go of the button",
        seen="flickering evenly, 5 a second",
        meaning="button held: let go now to power off",
        pattern=blink(0.1, 0.1),
        animation=Animation.ON,
        kind=Kind.EXCLUSIVE,
        priority=10,
    ),
    Condition.POWERING_OFF: Row(
        title="Powering off",
        seen="two blips a second",
        meaning="powering off; unplug when the light is dark and the green light of the board stays off",
        pattern=code(2, 0.1, 0.1, 0.7),
        animation=Animation.OFF,
        tone=440.0,
        kind=Kind.EXCLUSIVE,
        priority=20,
    ),
    Condition.EXPORTING: Row(
        title="Copying photos",
        seen="on, with a wink each second",
        meaning="copying photos to the stick: leave it in",
        pattern=blink(0.9, 0.1),
        animation=Animation.SLOW,
        colour=LED_CYAN,
        kind=Kind.EXCLUSIVE,
        priority=30,
    ),
    Condition.SAFE_TO_UNPLUG: Row(
        title="Safe to unplug",
        seen="long, 3 s on, 1 s off",
        meaning="the stick may be pulled out",
        pattern=blink(3.0, 1.0),
        animation=Animation.ON,
        colour=LED_GREEN,
        kind=Kind.EXCLUSIVE,
        priority=40,
    ),
    Condition.CAMERA_LOST: Row(
        title="Camera lost",
        seen="2 blinks, a pause",
        meaning="the camera does not answer; trying again",
        pattern=code(2),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.EXCLUSIVE,
        priority=50,
        on_page=True,
        fault=True,
    ),
    Condition.STORAGE_FAULT: Row(
        title="Photos cannot be kept",
        seen="3 blinks, a pause",
        meaning="photos cannot be kept: card full, read-only or failing",
        pattern=code(3),
        animation=Animation.BAD,
        colour=LED_MAGENTA,
        kind=Kind.EXCLUSIVE,
        priority=60,
        on_page=True,
        fault=True,
    ),
    Condition.LENS_COVERED: Row(
        title="Lens covered",
        seen="4 blinks, a pause",
        meaning="the camera sees nothing: lens covered, room dark, or a light shines into it",
        pattern=code(4),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.EXCLUSIVE,
        priority=70,
        on_page=True,
        fault=True,
    ),
    Condition.SAVING: Row(
        title="Saving",
        seen="flickering unevenly, 8 a second",
        meaning="the photo is being written",
        pattern=blink(0.05, 0.07),
        animation=Animation.BURST,
        colour=LED_CYAN,
        kind=Kind.ACTIVITY,
        priority=80,
    ),
    Condition.RECORDING: Row(
        title="Recording",
        seen="1 long blink and 1 short, every 6 s",
        meaning="a recording is being made",
        pattern=reminder(1),
        animation=Animation.BURST,
        colour=LED_RED,
        kind=Kind.REMINDER,
        priority=90,
    ),
    Condition.CARD_NEARLY_FULL: Row(
        title="Card nearly full",
        seen="1 long blink and 2 short, every 6 s",
        meaning="the card is nearly full",
        pattern=reminder(2),
        animation=Animation.SLOW,
        colour=LED_MAGENTA,
        kind=Kind.REMINDER,
        priority=100,
        fault=True,
    ),
    Condition.UNWELL: Row(
        title="Too hot or under-powered",
        seen="1 long blink and 3 short, every 6 s",
        meaning="too hot, or the power supply is too weak",
        pattern=reminder(3),
        animation=Animation.BAD,
        colour=LED_RED,
        kind=Kind.REMINDER,
        priority=110,
        fault=True,
    ),
    Condition.CONFIG_BAD: Row(
        title="Settings not usable",
        seen="1 long blink and 4 short, every 6 s",
        meaning="config.yaml has a mistake; the last good one is in use",
        pattern=reminder(4),
        animation=Animation.BAD,
        colour=LED_YELLOW,
        kind=Kind.REMINDER,
        priority=120,
        fault=True,
    ),
    Condition.BUTTON_STUCK: Row(
        title="Button stuck",
        seen="1 long blink and 5 short, every 6 s",
        meaning="the button is stuck or shorted",
        pattern=reminder(5),
        animation=Animation.BAD,
        colour=LED_YELLOW,
        kind=Kind.REMINDER,
        priority=130,
        fault=True,
    ),
}

CONDITIONS: tuple[Condition, ...] = tuple(sorted(Condition, key=lambda condition: TABLE[condition].priority))
"""In order of priority."""

FAULTS: tuple[Condition, ...] = tuple(one for one in Condition if TABLE[one].fault)
"""Conditions about which somebody has to do something."""
