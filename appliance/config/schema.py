"""What can be set, with unit, range, default and the words for it: the one source of ``config.yaml``.

``smart-selfie check --print-default`` renders the shipped file from here, ``load`` validates against it.
"""

import ipaddress
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from appliance.config.values import (
    MOST_SOCKET_BYTES,
    ONE_LINE,
    SCRAMBLED,
    TUNING,
    Expressions,
    Names,
    Pin,
    RgbPins,
    Size,
    bindable,
    no_switch,
    one_line,
    tuning_name,
)
from appliance.records.labels import EXPRESSIONS

Sensitivity = Literal["slight", "normal", "big"]
"""How plainly an expression must be shown; the probabilities are in ``pipeline/decide/sensitivity.py``."""

SEE_MOMENT: JsonDict = {"see": "docs/moment.md"}
"""The document that says more of a setting."""


class Section(BaseModel):
    """Unknown keys are errors, values are of the type they look like, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _at(key: str, reason: str) -> PydanticCustomError:
    """A problem between two keys, told at the one that stands second."""
    return PydanticCustomError("conflict", "{reason}", {"key": key, "reason": reason})


class Camera(Section):
    """Where frames come from."""

    source: Literal["auto", "picamera2", "webcam", "replay", "scene"] = Field(
        "auto",
        description="auto: the Pi camera if there is one, else a webcam; or picamera2, webcam, replay, scene",
    )
    device: int = Field(0, ge=0, le=63, description="which camera, if there are several: 0 is the first")
    recording: str = Field(
        "",
        description="for source: replay, a video, an animated GIF or a folder of pictures",
        json_schema_extra=ONE_LINE,
    )
    picture_size: Size = Field(
        (2304, 1296), description="pixels of a photo, width and height; the camera may grant less"
    )
    analysis_size: Size = Field(
        (640, 480), description="pixels; the picture is fitted into this to look for faces in it"
    )
    whole_view: bool = Field(
        True,
        description="photos of a Pi camera have the shape of its sensor, and as many pixels as picture_size; "
        "false: the shape of picture_size, which cuts off what does not fit",
    )
    frame_rate: int = Field(30, ge=1, le=120, description="frames a second asked of the camera")
    exposure: Literal["short", "normal"] = Field(
        "short",
        description="of a Pi camera; short freezes laughing people, normal has less noise in the dark",
    )
    mains: Literal[50, 60, "none"] = Field(
        50, description="hertz of the lamps, so that they leave no bands: 60 in most of the Americas; or none"
    )
    focus: Annotated[float, Field(ge=0.05, le=100)] | Literal["auto"] = Field(
        "auto", description="metres to the people, or auto; for Pi cameras with autofocus"
    )
    brightness: float = Field(
        0, ge=-4, le=4, description="exposure steps (EV) brighter or darker; people before a window: 1"
    )
    white_balance: Literal["auto", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"] = Field(
        "auto", description="the light that shall look white in a Pi camera's pictures"
    )
    tuning: str = Field(
        "",
        max_length=100,
        description="libcamera tuning of a Pi camera by name, such as imx219_noir; empty: the camera's own",
        json_schema_extra={"pattern": f"^{TUNING.pattern}$"},
    )
    orientation: Literal[0, 90, 180, 270] = Field(
        0, description="degrees to turn pictures clockwise until they stand upright; head over: 180"
    )

    _one_line = field_validator("recording")(one_line)
    _no_switch = field_validator("orientation", mode="before")(no_switch)
    _tuning = field_validator("tuning")(tuning_name)


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


class Who(Section):
    """How many must show it. Neither key: everyone."""

    at_least: int | None = Field(None, ge=1, le=100, description="so many people, whatever the others do")
    share: float | None = Field(None, gt=0, le=1, description="so large a part of the people in view")

    @model_validator(mode="after")
    def _one_of_both(self) -> "Who":
        if self.at_least is not None and self.share is not None:
            raise _at("share", "at_least stands there already; only one of the two can be asked for")
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


class Rule(Section):
    """When the picture is taken."""

    expression: Expressions = Field(
        ("happy",), description=f"one, or a list: any of them; {', '.join(EXPRESSIONS)}"
    )
    who: WhoShows = Field(
        Who(),
        description="who must show it: everyone, or {at_least: 3} people, or a {share: 0.8} of those in view",
    )
    sensitivity: Sensitivity = Field(
        "normal",
        description="how plainly it must be seen: slight, normal or big",
        json_schema_extra=SEE_MOMENT,
    )
    hold_seconds: float = Field(
        0.35, ge=0, le=10, description="seconds the rule must hold, and nobody come or go"
    )
    hold_frames: int = Field(
        0, ge=0, le=300, description="frames the rule must hold, instead of hold_seconds; 0: seconds count"
    )
    min_faces: int = Field(1, ge=1, le=100, description="people, fewer than these take no photo")
    max_faces: int = Field(100, ge=1, le=100, description="people, more than these take no photo")
    cooldown_seconds: float = Field(1.5, ge=0, le=3600, description="seconds from one photo to the next")
    new_scene: bool = Field(
        True,
        description="after a photo, wait until somebody moves, comes, goes or stops showing it",
    )
    mode: Literal["always_armed", "button"] = Field(
        "always_armed", description="always_armed: ready as soon as it has power; button: a press arms it"
    )
    shots_per_arming: int = Field(
        0, ge=0, le=1000, description="with mode: button, photos until it is disarmed; 0: no limit"
    )
    disarm_after_minutes: float = Field(
        0.0, ge=0, le=1440, description="with mode: button, minutes without a photo until disarmed; 0: never"
    )
    smoothing_seconds: float = Field(
        0.1, ge=0, le=5, description="seconds over which a person's scores are averaged"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Rule":
        if self.max_faces < self.min_faces:
            raise _at("max_faces", f"must not be below min_faces ({self.min_faces})")
        if (self.who.at_least or 0) > self.max_faces:
            raise _at("max_faces", f"must not be below who.at_least ({self.who.at_least})")
        if self.mode == "always_armed":
            for key in ("shots_per_arming", "disarm_after_minutes"):
                if getattr(self, key):
                    raise _at(key, "needs mode: button; an appliance that is always armed is never disarmed")
        return self


class Moment(Section):
    """Which frame of the moment becomes the photo: the best one, around the time everybody showed it."""

    before_seconds: float = Field(0.5, ge=0, le=5, description="seconds before the decision to choose from")
    after_seconds: float = Field(0.25, ge=0, le=5, description="seconds after it to wait for a better frame")
    memory_mb: int = Field(
        20,
        ge=1,
        le=4096,
        description="megabytes of full pictures to choose from",
        json_schema_extra=SEE_MOMENT,
    )
    burst: int = Field(1, ge=1, le=10, description="photos of one moment, the best ones")
    eyes_open: bool = Field(True, description="true: of good frames, one in which nobody blinks")


class Storage(Section):
    """Where photos lie."""

    folder: str = Field(
        "/var/lib/smart-selfie/photos",
        min_length=1,
        description="photos are written here, and never overwritten",
        json_schema_extra=ONE_LINE,
    )
    quality: int = Field(92, ge=1, le=100, description="of the JPEG, 1 to 100")
    face_regions: bool = Field(
        True, description="true: photos tell where faces are and what they showed (XMP), never who"
    )
    keep_free_mb: int = Field(
        200, ge=0, le=1_000_000, description="megabytes of the card that photos leave free"
    )

    _one_line = field_validator("folder")(one_line)


class Hardware(Section):
    """Pins, by their BCM number (GPIO17 is pin 11 of the header). none: not connected."""

    led_pin: Pin | Literal["none"] = Field(17, description="BCM number; light, through a resistor to ground")
    rgb_pins: RgbPins | Literal["none"] = Field(
        "none", description="three BCM numbers, red, green, blue; an RGB light beside or instead of led_pin"
    )
    flash_pin: Pin | Literal["none"] = Field(
        "none", description="BCM number; a lamp that is on while everybody shows it"
    )
    buzzer_pin: Pin | Literal["none"] = Field(
        "none", description="BCM number; a passive buzzer that beeps for a photo"
    )
    button_pin: Pin | Literal["none"] = Field(27, description="BCM number; push button to ground")

    @model_validator(mode="after")
    def _pins_differ(self) -> "Hardware":
        taken: dict[int, str] = {}
        for key in type(self).model_fields:
            value = getattr(self, key)
            for pin in value if isinstance(value, tuple) else (value,):
                if pin in taken:
                    also = f", also as {taken[pin]}" if taken[pin] != key else ""
                    raise _at(key, f"pin {pin} is used twice{also}")
                if pin != "none":
                    taken[pin] = key
        return self


class ButtonLanguage(Section):
    """What the button does. Where rule.mode is always_armed, arming and disarming pauses it."""

    press: Literal["arm", "shoot", "none"] = Field(
        "arm", description="arm: arm or disarm; shoot: a photo now, whatever the faces do"
    )
    double_press: Literal["arm", "shoot", "none"] = Field("shoot", description="the same, for two presses")
    hold: Literal["power_off", "none"] = Field("power_off", description="held down, then let go")
    hold_seconds: float = Field(3.0, ge=1, le=8, description="seconds to hold it down")


class Web(Section):
    """The live page in a browser, served by smart-selfie-web.service."""

    enabled: bool = Field(False, description="true lets the page see what the camera sees")
    listen: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="address to listen on; 0.0.0.0 is every network, and demands a password",
        json_schema_extra=ONE_LINE,
    )
    port: int = Field(8080, ge=1, le=65535, description="port to listen on")
    password: str = Field(
        "",
        description="scrambled; smart-selfie web-password sets it. Empty: none, for this machine alone",
        json_schema_extra={"pattern": f"^({SCRAMBLED.pattern})?$"},
    )
    names: Names = Field(
        (), description="further host names the page is called by, beside this machine's own"
    )
    history_minutes: int = Field(
        10, ge=1, le=180, description="minutes of expressions the page keeps for its chart; pictures never"
    )
    socket: str = Field(
        "/run/smart-selfie/feed.sock",
        min_length=1,
        max_length=MOST_SOCKET_BYTES,
        description="where the appliance hands the page its frames",
        json_schema_extra=ONE_LINE,
    )

    _one_line = field_validator("listen", "socket")(one_line)
    _bindable = field_validator("socket")(bindable)

    @model_validator(mode="after")
    def _guarded(self) -> "Web":
        if self.password and not SCRAMBLED.fullmatch(self.password):
            raise _at("password", "is not scrambled; set it with smart-selfie web-password")
        if not self.password and not is_loopback(self.listen):
            raise _at("listen", "needs a password; set one with smart-selfie web-password")
        return self


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach ``address``."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


class Export(Section):
    """Photos onto a USB stick."""

    label: str = Field(
        "SELFIES",
        pattern=r"^[A-Za-z0-9_-]{1,11}$",
        description="only a stick of this name gets the photos when it is plugged in",
    )
    delete_after: bool = Field(
        False, description="true: photos that are safe on the stick are deleted from the card"
    )


class Config(Section):
    """The whole configuration."""

    camera: Camera = Camera()
    faces: Faces = Faces()
    people: PeopleSettings = PeopleSettings()
    rule: Rule = Rule()
    moment: Moment = Moment()
    storage: Storage = Storage()
    hardware: Hardware = Hardware()
    button: ButtonLanguage = ButtonLanguage()
    web: Web = Web()
    export: Export = Export()
