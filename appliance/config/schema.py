"""What can be set, with unit, range, default and the words for it: the one source of ``config.yaml``.

``smart-selfie check --print-default`` renders the shipped file from here, ``load`` validates against it.
"""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from appliance.labels import EXPRESSIONS


class Section(BaseModel):
    """Unknown keys are errors, values are of the type they look like, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _at(key: str, reason: str, secret: bool = False) -> PydanticCustomError:
    """A problem between two keys, told at the one that stands second. A ``secret`` value is not shown."""
    return PydanticCustomError("conflict", "{reason}", {"key": key, "reason": reason, "secret": secret})


def _size(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _known_expressions(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in EXPRESSIONS:
            raise ValueError(f"{name!r} is no expression; there are {', '.join(EXPRESSIONS)}")
    if len(set(names)) != len(names):
        raise ValueError("the same expression stands twice")
    return names


def _names(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


def _one_or_many(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Side = Annotated[int, Field(ge=16, le=16384)]
Size = Annotated[tuple[Side, Side], BeforeValidator(_size)]
Expressions = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_many), AfterValidator(_known_expressions), Field(min_length=1)
]
SCRAMBLED = re.compile(r"scrypt:\d{1,2}:\d{1,2}:\d{1,2}:[0-9a-f]{32}:[0-9a-f]{64}")
"""What a password looks like in the file; ``appliance/web/passwords.py`` makes it."""
Pin = Annotated[int, Field(ge=0, le=27)]


class Camera(Section):
    """Where frames come from."""

    source: Literal["auto", "picamera2", "webcam", "replay", "scene"] = Field(
        "auto", description="auto: the Pi camera if there is one, else a webcam"
    )
    device: int = Field(0, ge=0, le=63, description="which camera, if there are several: 0 is the first")
    recording: str = Field(
        "", description="for source: replay, a video, an animated GIF or a folder of pictures"
    )
    picture_size: Size = Field(
        (2304, 1296), description="pixels of a photo, width and height; the camera may grant less"
    )
    analysis_size: Size = Field(
        (640, 480), description="pixels; the picture is fitted into this to look for faces in it"
    )
    frame_rate: int = Field(30, ge=1, le=120, description="frames a second asked of the camera")
    upside_down: bool = Field(False, description="true if the camera hangs head over")


class Faces(Section):
    """How faces are found."""

    detector: Literal["auto", "cascade", "cnn"] = Field(
        "auto", description="auto: the best that is installed; cascade: Haar cascade; cnn: neural network"
    )
    min_size: int = Field(
        24, ge=16, le=1000, description="pixels of the analysis image; smaller faces are not looked for"
    )
    full_search_seconds: Annotated[float, Field(ge=0, le=10)] | Literal["auto"] = Field(
        "auto",
        description="seconds between looks at the whole picture, or auto: as often as the detector's cost "
        "allows; in between it is looked near known faces, and everywhere when something moves",
    )


class PeopleSettings(Section):
    """How people are followed from frame to frame."""

    grace_seconds: float = Field(
        0.8, ge=0, le=10, description="seconds somebody out of sight still counts, and so holds up the photo"
    )
    passer_by_size: float = Field(
        0.25,
        ge=0,
        le=1,
        description="share of the largest face's size; smaller ones are followed but do not count",
    )
    passer_by_speed: float = Field(
        1.5,
        gt=0,
        le=100,
        description="face sizes a second; who touches the picture's edge and is faster does not count",
    )
    ignore_still_faces: bool = Field(
        False, description="true: a poster or a face on a screen does not count once it is known for one"
    )
    still_seconds: float = Field(
        20.0, ge=1, le=3600, description="seconds without the least movement that make a face a poster"
    )


class Rule(Section):
    """When the picture is taken."""

    expression: Expressions = Field(
        ("happy",), description=f"one, or a list: any of them; {', '.join(EXPRESSIONS)}"
    )
    mode: Literal["always_armed", "button"] = Field(
        "always_armed", description="always_armed: ready as soon as it has power; button: a press arms it"
    )
    min_faces: int = Field(1, ge=1, le=100, description="people, fewer than these take no photo")
    hold_seconds: float = Field(
        0.35, ge=0, le=10, description="seconds everybody must show it, and nobody come or go"
    )
    cooldown_seconds: float = Field(3.0, ge=0, le=3600, description="seconds from one photo to the next")
    shows_above: float = Field(
        0.6, gt=0, lt=1, description="probability from which a person shows the expression"
    )
    stops_below: float = Field(
        0.45, gt=0, lt=1, description="probability under which a person who showed it no longer does"
    )
    smoothing_seconds: float = Field(
        0.15, ge=0, le=5, description="seconds over which a person's scores are averaged"
    )

    @model_validator(mode="after")
    def _hysteresis(self) -> "Rule":
        if self.stops_below > self.shows_above:
            raise _at("stops_below", "must not be above shows_above")
        return self


class Storage(Section):
    """Where photos lie."""

    folder: str = Field(
        "/var/lib/smart-selfie/photos",
        min_length=1,
        description="photos are written here, and never overwritten",
    )
    quality: int = Field(92, ge=1, le=100, description="of the JPEG, 1 to 100")
    keep_free_mb: int = Field(
        200, ge=0, le=1_000_000, description="megabytes of the card that photos leave free"
    )


class Hardware(Section):
    """Pins, by their BCM number (GPIO17 is pin 11 of the header). none: not connected."""

    led_pin: Pin | Literal["none"] = Field(17, description="BCM number; light, through a resistor to ground")
    button_pin: Pin | Literal["none"] = Field(27, description="BCM number; push button to ground")

    @model_validator(mode="after")
    def _pins_differ(self) -> "Hardware":
        if self.led_pin != "none" and self.led_pin == self.button_pin:
            raise _at("button_pin", f"pin {self.led_pin} is used twice, also as led_pin")
        return self


class Web(Section):
    """The live page in a browser, served by smart-selfie-web.service."""

    enabled: bool = Field(False, description="true lets the page see what the camera sees")
    listen: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="address to listen on; 0.0.0.0 is every network, and demands a password",
    )
    port: int = Field(8080, ge=1, le=65535, description="port to listen on")
    password: str = Field(
        "", description="scrambled; smart-selfie web-password sets it. Empty: none, for this machine alone"
    )
    names: Annotated[tuple[str, ...], BeforeValidator(_names)] = Field(
        (), description="further host names the page is called by, beside this machine's own"
    )
    history_minutes: int = Field(
        10, ge=1, le=180, description="minutes of expressions the page keeps for its chart; pictures never"
    )
    socket: str = Field(
        "/run/smart-selfie/feed.sock",
        min_length=1,
        max_length=100,
        description="where the appliance hands the page its frames",
    )

    @model_validator(mode="after")
    def _guarded(self) -> "Web":
        if self.password and not SCRAMBLED.fullmatch(self.password):
            raise _at("password", "is not scrambled; set it with smart-selfie web-password", secret=True)
        if not self.password and not is_loopback(self.listen):
            raise _at("listen", "needs a password; set one with smart-selfie web-password")
        return self


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach ``address``."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


class Config(Section):
    """The whole configuration."""

    camera: Camera = Camera()
    faces: Faces = Faces()
    people: PeopleSettings = PeopleSettings()
    rule: Rule = Rule()
    storage: Storage = Storage()
    hardware: Hardware = Hardware()
    web: Web = Web()
