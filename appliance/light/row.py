"""Row of the light's table: the description of one signal."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum

from appliance.light.patterns import Facts, Pattern

Rgb = tuple[int, int, int]
"""Red, green, blue, each 0 or 1: an RGB LED without PWM has seven colours."""
DARK: Rgb = (0, 0, 0)
LED_RED: Rgb = (1, 0, 0)
LED_GREEN: Rgb = (0, 1, 0)
LED_BLUE: Rgb = (0, 0, 1)
LED_YELLOW: Rgb = (1, 1, 0)
LED_MAGENTA: Rgb = (1, 0, 1)
LED_CYAN: Rgb = (0, 1, 1)
LED_WHITE: Rgb = (1, 1, 1)


class Kind(Enum):
    """Relation of a signal to the others."""

    STATE = "plays until the next state"
    ONCE = "plays once, over the state, which then continues"
    EXCLUSIVE = "plays instead of everything else while it is present"
    ACTIVITY = "plays instead of the state while it is present"
    REMINDER = "plays every few seconds while it is present; the state continues in between"


class Animation(StrEnum):
    """Drawing of a signal on the page; ``static/app.css`` has a rule for each."""

    OFF = "off"
    BLIP = "blip"
    SLOW = "slow"
    FAST = "fast"
    ON = "on"
    BURST = "burst"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One signal.

    ``title`` is two or three words, for the page and for pictures; ``seen`` describes a plain LED, and
    ``meaning`` what people should conclude or do, for ``docs/light.md``. ``colour`` is an RGB LED's while the
    step is on, ``tone`` a buzzer's, in Hz. Of several conditions the one of the lowest ``priority`` plays;
    reminders take turns. ``on_page``: the page shows the condition in place of the state. ``fault``: somebody
    has to do something about it.
    """

    title: str
    seen: str
    meaning: str
    pattern: Pattern
    animation: Animation
    colour: Rgb | Callable[[Facts], Rgb] = LED_WHITE
    tone: float | None = None
    kind: Kind = Kind.STATE
    priority: int = 0
    on_page: bool = False
    fault: bool = False

    def rgb(self, facts: Facts) -> Rgb:
        """Return the colour now."""
        return self.colour(facts) if callable(self.colour) else self.colour
