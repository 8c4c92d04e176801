"""``moment``, ``storage`` and ``export``: which photo is kept, and where photos are stored."""

from pydantic import Field, field_validator

from appliance.config.names import plain_path
from appliance.config.schema.section import SEE_MOMENT, Section
from appliance.config.values import ONE_LINE, one_line


class MomentSettings(Section):
    """Which frame of the moment becomes the photo: the best one, around the time everybody showed it."""

    before_seconds: float = Field(
        0.5, ge=0, le=5, title="Look back", description="seconds before the decision to choose from"
    )
    after_seconds: float = Field(
        0.25,
        ge=0,
        le=5,
        title="Look ahead",
        description="seconds after the decision to wait for a better frame",
    )
    memory_mb: int = Field(
        20,
        ge=1,
        le=4096,
        title="Memory for pictures",
        description="megabytes of full pictures to choose from",
        json_schema_extra=SEE_MOMENT,
    )
    burst: int = Field(
        1, ge=1, le=10, title="Photos of a moment", description="photos of one moment, the best ones"
    )
    eyes_open: bool = Field(
        True, title="Open eyes", description="true: of good frames, one in which nobody blinks"
    )


class StorageSettings(Section):
    """Where photos are stored."""

    folder: str = Field(
        "/var/lib/smart-selfie/photos",
        min_length=1,
        title="Folder",
        description="photos are written here, and never overwritten",
        json_schema_extra=ONE_LINE,
    )
    quality: int = Field(92, ge=1, le=100, title="JPEG quality", description="JPEG quality")
    face_regions: bool = Field(
        True,
        title="Faces in the file",
        description="true: photos record where faces are and what they show (XMP), never who",
    )
    keep_free_mb: int = Field(
        200,
        ge=0,
        le=1_000_000,
        title="Space to keep free",
        description="megabytes of the card that photos leave free",
    )
    bin_hours: float = Field(
        24.0,
        ge=0,
        le=8760,
        title="Keep deleted photos",
        description="hours that deleted photos can be restored, or less if a new photo needs the space",
    )

    _one_line = field_validator("folder")(one_line)
    _plain_path = field_validator("folder")(plain_path)


class ExportSettings(Section):
    """Copying of photos to a USB stick."""

    label: str = Field(
        "SELFIES",
        pattern=r"^[A-Za-z0-9_-]{1,11}$",
        title="Name of the stick",
        description="only a stick of this name gets the photos when it is plugged in",
    )
    delete_after: bool = Field(
        False,
        title="Delete after copying",
        description="true: photos that are safe on the stick are deleted from the card",
    )
