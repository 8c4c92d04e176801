"""``sync``: copies of the photos elsewhere."""

import re

from pydantic import Field, field_validator, model_validator

from appliance.config.names import plain_path
from appliance.config.schema.section import Section, conflict
from appliance.config.values import ONE_LINE, one_line

_REMOTE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@ -]*:.*")
"""A name as rclone takes it (https://rclone.org/docs/#valid-remote-names), a colon, and a folder."""


class SyncSettings(Section):
    """Copies of all photos at a remote of rclone, kept up to date by smart-selfie-sync.service."""

    enabled: bool = Field(False, description="true: copy every new photo to the remote; nothing is deleted")
    remote: str = Field(
        "",
        max_length=1000,
        description="a remote of rclone and a folder there, such as cloud:selfies",
        json_schema_extra=ONE_LINE,
    )
    config_file: str = Field(
        "/var/lib/smart-selfie-sync/rclone.conf",
        min_length=1,
        max_length=4096,
        description="file in which rclone config has put the remote",
        json_schema_extra=ONE_LINE,
    )
    most_kb_per_second: int = Field(
        0, ge=0, le=1_000_000, description="kilobytes a second that copying may take of the network; 0: all"
    )

    _one_line = field_validator("remote")(one_line)
    _config_file = field_validator("config_file")(lambda value: plain_path(one_line(value)))

    @model_validator(mode="after")
    def _complete(self) -> "SyncSettings":
        if self.remote and not _REMOTE.fullmatch(self.remote):
            raise conflict("remote", "must be the name of a remote, a colon and a folder: cloud:selfies")
        if self.enabled and not self.remote:
            raise conflict("remote", "is missing: name it, or set sync.enabled to false")
        return self
