"""A sheet of paper with shapes and words on it, measured in millimetres from its upper left corner."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.paper.typeface import wrapped

INK, FAINT, WHITE = "#1b1e1c", "#5b625e", "#ffffff"
LINE_HEIGHT = 1.35
"""Distance of base lines, as a share of the size of the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """Rectangle with its upper left corner at ``x``, ``y``. An empty colour is none."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    thick: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Circle around ``x``, ``y``."""

    x: float
    y: float
    radius: float
    fill: str = ""
    stroke: str = ""
    thick: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """Straight lines through ``points``, with round ends."""

    points: Sequence[tuple[float, float]]
    stroke: str = INK
    thick: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text on the base line ``y``, ``size`` high; its start or middle (``anchor``) is at ``x``."""

    x: float
    y: float
    text: str
    size: float
    fill: str = INK
    bold: bool = False
    anchor: str = "start"


Shape = Rect | Circle | Stroke | Label


@dataclass(slots=True)
class Sheet:
    """Paper of ``width`` by ``height`` mm. ``title`` is what it is called for those who cannot see it."""

    width: float
    height: float
    title: str
    language: str = "en"
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Draw ``shapes`` over what is there."""
        self.shapes += shapes

    def paragraph(self, x: float, y: float, text: str, size: float, wide: float, fill: str = INK) -> float:
        """Write ``text`` in lines of ``wide`` mm, the first on base line ``y``; return that of a next one."""
        for line in wrapped(text, size, wide):
            self.add(Label(x=x, y=y, text=line, size=size, fill=fill))
            y += LINE_HEIGHT * size
        return y
