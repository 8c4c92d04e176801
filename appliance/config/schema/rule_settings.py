"""``rule``: when the picture is taken."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_serializer, model_validator

from appliance.config.schema.section import SEE_MOMENT, Section, conflict
from appliance.config.values import Expressions
from appliance.records.labels import EXPRESSIONS

Sensitivity = Literal["slight", "normal", "big"]
"""How plainly an expression must be shown; the probabilities are in ``pipeline/decide/sensitivity.py``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the page offers a key of ``who``: as a ``choice``, then by a ``question`` for a number of ``unit``.

    ``start`` is the value when it is chosen; the page shows ``times`` the value.
    """

    choice: str
    question: str
    unit: str
    start: float
    times: int = 1


WAYS = {
    "at_least": Way(choice="At least …", question="How many people", unit="people", start=2),
    "share": Way(
        choice="A share …", question="How large a share, in percent", unit="%", start=0.8, times=100
    ),
}
"""Keys of ``who``, as the page offers them beside "everyone"."""


class Who(Section):
    """How many must show it. Without either key: everyone."""

    at_least: int | None = Field(None, ge=1, le=100, description="number of people, whatever the others do")
    share: float | None = Field(None, gt=0, le=1, description="share of the people in view")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Who":
        if self.at_least is not None and self.share is not None:
            raise conflict("share", "at_least is set already; use only one of the two")
        return self

    @model_serializer
    def _as_written(self) -> str | dict[str, int | float]:
        given = {"at_least": self.at_least, "share": self.share}
        return {key: value for key, value in given.items() if value is not None} or "everyone"


def _who(value: object) -> object:
    if value == "everyone":
        return Who()
    if isinstance(value, Who) or (isinstance(value, dict) and value and None not in value.values()):
        return value
    raise ValueError("must be everyone, or {at_least: 3}, or {share: 0.8}")


WhoShows = Annotated[
    Who,
    BeforeValidator(_who),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "everyone"},
                {
                    "type": "object",
                    "properties": {
                        "at_least": {"type": "integer", "minimum": 1, "maximum": 100},
                        "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class RuleSettings(Section):
    """When the picture is taken."""

    expression: Expressions = Field(
        ("happy",),
        title="Expression",
        description=f"one, or a list of which any counts; {', '.join(EXPRESSIONS)}",
    )
    who: WhoShows = Field(
        Who(),
        title="Who",
        description="who must show it: everyone, or {at_least: 3} people, or a {share: 0.8} of those in view",
    )
    sensitivity: Sensitivity = Field(
        "normal",
        title="Sensitivity",
        description="how plainly it must be seen: slight, normal or big",
        json_schema_extra=SEE_MOMENT,
    )
    hold_seconds: float = Field(
        0.35, ge=0, le=10, title="Hold still", description="seconds the rule must hold, and nobody come or go"
    )
    hold_frames: int = Field(
        0,
        ge=0,
        le=300,
        title="Hold still, in frames",
        description="frames the rule must hold, instead of hold_seconds; 0: seconds count",
    )
    min_faces: int = Field(
        1, ge=1, le=100, title="Fewest people", description="take no photo of fewer people than this"
    )
    max_faces: int = Field(
        100, ge=1, le=100, title="Most people", description="take no photo of more people than this"
    )
    cooldown_seconds: float = Field(
        1.5, ge=0, le=3600, title="Pause after a photo", description="seconds from one photo to the next"
    )
    new_scene: bool = Field(
        True,
        title="Only new scenes",
        description="after a photo, wait until somebody moves, comes, goes or stops showing it",
    )
    mode: Literal["always_armed", "button"] = Field(
        "always_armed",
        title="Ready",
        description="always_armed: ready as soon as it has power; button: a press arms it",
    )
    shots_per_arming: int = Field(
        0,
        ge=0,
        le=1000,
        title="Photos until disarmed",
        description="with mode: button, photos until it is disarmed; 0: no limit",
    )
    disarm_after_minutes: float = Field(
        0.0,
        ge=0,
        le=1440,
        title="Disarm after",
        description="with mode: button, minutes without a photo until disarmed; 0: never",
    )
    smoothing_seconds: float = Field(
        0.1, ge=0, le=5, title="Smoothing", description="seconds over which a person's scores are averaged"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "RuleSettings":
        if self.max_faces < self.min_faces:
            raise conflict("max_faces", f"must not be below min_faces ({self.min_faces})")
        if (self.who.at_least or 0) > self.max_faces:
            raise conflict("max_faces", f"must not be below who.at_least ({self.who.at_least})")
        if self.mode == "always_armed":
            for key in ("shots_per_arming", "disarm_after_minutes"):
                if getattr(self, key):
                    raise conflict(
                        key, "needs mode: button; an appliance that is always armed is never disarmed"
                    )
        return self
