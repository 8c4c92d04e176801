"""``camera``: where frames come from."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from appliance.config.names import plain_path
from appliance.config.schema.section import Section, conflict
from appliance.config.values import ONE_LINE, TUNING, PictureSize, no_switch, one_line, tuning_name


class CameraSettings(Section):
    """Where frames come from."""

    source: Literal["auto", "picamera2", "webcam", "replay", "scene"] = Field(
        "auto",
        title="Camera",
        description="auto: the Pi camera if there is one, else a webcam; or picamera2, webcam, replay, scene",
    )
    device: int = Field(
        0,
        ge=0,
        le=63,
        title="Number of the camera",
        description="which camera, if there are several: 0 is the first",
    )
    recording: str = Field(
        "",
        title="Recording",
        description="for source: replay, a video, an animated GIF or a folder of pictures",
        json_schema_extra=ONE_LINE,
    )
    picture_size: PictureSize = Field(
        (2304, 1296),
        title="Size of a photo",
        description="pixels of a photo, width and height; the camera may grant less",
    )
    analysis_size: PictureSize = Field(
        (1152, 648),
        title="Size to search",
        description="pixels; the picture is fitted into this to find faces in it",
    )
    whole_view: bool = Field(
        True,
        title="Whole view",
        description="photos of a Pi camera have the shape of its sensor, and as many pixels as picture_size; "
        "false: the shape of picture_size, which cuts off what does not fit",
    )
    frame_rate: int = Field(
        30, ge=1, le=120, title="Frame rate", description="frames per second requested from the camera"
    )
    exposure: Literal["short", "normal"] = Field(
        "short",
        title="Exposure",
        description="of a Pi camera; short freezes laughing people, normal has less noise in the dark",
    )
    mains: Literal[50, 60, "none"] = Field(
        50,
        title="Frequency of lamps",
        description="hertz of the lamps, so that they leave no bands: 60 in most of the Americas; or none",
    )
    focus: Annotated[float, Field(ge=0.05, le=100)] | Literal["auto"] = Field(
        "auto", title="Focus", description="metres to the people, or auto; for Pi cameras with autofocus"
    )
    metering: Literal["faces", "picture"] = Field(
        "faces",
        title="Metering",
        description="what a Pi camera is bright enough for; faces: people before a window are not dark",
    )
    brightness: float = Field(
        0,
        ge=-4,
        le=4,
        title="Brightness",
        description="exposure steps (EV) brighter or darker, beside what metering adds",
    )
    white_balance: Literal["auto", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"] = Field(
        "auto",
        title="White balance",
        description="the light that should look white in a Pi camera's pictures",
    )
    tuning: str = Field(
        "",
        max_length=100,
        title="Tuning",
        description="libcamera tuning of a Pi camera by name, such as imx219_noir; empty: the camera's own",
        json_schema_extra={"pattern": f"^{TUNING.pattern}$"},
    )
    orientation: Literal[0, 90, 180, 270] = Field(
        0,
        title="Turn pictures",
        description="degrees to turn pictures clockwise until they stand upright; 180 if upside down",
    )

    _one_line = field_validator("recording")(one_line)
    _plain_path = field_validator("recording")(plain_path)
    _no_switch = field_validator("orientation", mode="before")(no_switch)
    _tuning = field_validator("tuning")(tuning_name)

    @model_validator(mode="after")
    def _recording_to_play(self) -> "CameraSettings":
        if self.source == "replay" and not self.recording:
            raise conflict("recording", "is missing: name what to play, or set another camera.source")
        return self
