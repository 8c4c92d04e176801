"""``faces`` and ``people``: how faces are found, and people tracked."""

from typing import Annotated, Literal

from pydantic import Field

from appliance.config.schema.section import Section


class FaceSettings(Section):
    """How faces are found."""

    detector: Literal["auto", "cascade", "cnn"] = Field(
        "auto",
        title="Detector",
        description="auto: the best that is installed; cascade: Haar cascade; cnn: neural network",
    )
    min_size: int = Field(
        12,
        ge=10,
        le=1000,
        title="Smallest face",
        description="pixels of the analysis image; smaller faces are not found",
    )
    full_search_seconds: Annotated[float, Field(ge=0, le=10)] | Literal["auto"] = Field(
        "auto",
        title="Time between searches",
        description="seconds between searches of the whole picture, or auto: as often as the detector's cost "
        "allows; in between it searches near known faces, and everywhere when something moves",
    )


class PeopleSettings(Section):
    """How people are tracked from frame to frame."""

    grace_seconds: float = Field(
        0.8,
        ge=0,
        le=10,
        title="Wait for who is out of sight",
        description="seconds somebody out of sight still counts, and so holds up the photo",
    )
    passer_by_size: float = Field(
        0.25,
        ge=0,
        le=1,
        title="Smallest that counts",
        description="share of the largest face's size; smaller ones are tracked but do not count",
    )
    too_far: Literal["wait", "ignore"] = Field(
        "wait",
        title="Too far away",
        description="somebody too far away for a smile to be seen: wait holds up the photo until they are "
        "nearer, ignore takes it without regard to them",
    )
    passer_by_speed: float = Field(
        1.5,
        gt=0,
        le=100,
        title="Fastest that counts",
        description="face sizes per second; anyone crossing the picture's edge faster does not count",
    )
    ignore_still_faces: bool = Field(
        False,
        title="Ignore posters",
        description="true: a poster or a face on a screen does not count once it is recognised",
    )
    still_seconds: float = Field(
        20.0,
        ge=1,
        le=3600,
        title="A poster after",
        description="seconds without the least movement that make a face a poster",
    )
