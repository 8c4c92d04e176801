"""``web``: the live page."""

import ipaddress

from pydantic import Field, field_validator, model_validator

from appliance.config.names import called_name, listening_address, plain_path
from appliance.config.schema.section import Section, conflict
from appliance.config.values import (
    GUEST_PASS,
    HASHED,
    METRICS_KEY,
    MOST_SOCKET_BYTES,
    ONE_LINE,
    URL,
    Names,
    bindable,
    one_line,
    payable,
    web_address,
)


class WebSettings(Section):
    """The live page in a browser, served by smart-selfie-web.service."""

    enabled: bool = Field(False, description="true: serve the page, which shows what the camera sees")
    listen: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="address to listen on; 0.0.0.0 is every network, and requires a password",
        json_schema_extra=ONE_LINE,
    )
    port: int = Field(8080, ge=1, le=65535, description="port to listen on")
    password: str = Field(
        "",
        description="hashed; smart-selfie web-password sets it. Empty: none, for this machine alone",
        json_schema_extra={"pattern": f"^({HASHED.pattern})?$"},
    )
    guests: bool = Field(
        False, description="true: guests with a link or code may view and download photos, nothing else"
    )
    guest_pass: str = Field(
        "",
        description="secret behind guests' links and code; smart-selfie web guests sets it",
        json_schema_extra={"pattern": f"^({GUEST_PASS.pattern})?$"},
    )
    hotspot: str = Field(
        "",
        max_length=32,
        description="name of the appliance's own Wi-Fi, for page and note; smart-selfie hotspot sets it",
        json_schema_extra=ONE_LINE,
    )
    hotspot_password: str = Field(
        "", max_length=63, description="its password, set likewise", json_schema_extra=ONE_LINE
    )
    names: Names = Field((), description="further host names of the page, besides this machine's own")
    url: str = Field(
        "",
        max_length=255,
        description="address of the page from outside, with a proxy on this machine in front",
        json_schema_extra={"pattern": f"^{URL.pattern}$"},
    )
    metrics_key: str = Field(
        "",
        max_length=200,
        description="Prometheus may read /metrics with this as its bearer token; none if empty",
        json_schema_extra={"pattern": f"^({METRICS_KEY.pattern})?$"},
    )
    history_minutes: int = Field(
        10, ge=1, le=180, description="minutes of expressions the page keeps for its chart; pictures never"
    )
    socket: str = Field(
        "/run/smart-selfie/feed.sock",
        min_length=1,
        max_length=MOST_SOCKET_BYTES,
        description="socket through which the page gets its frames",
        json_schema_extra=ONE_LINE,
    )

    _one_line = field_validator("listen", "socket", "hotspot", "hotspot_password")(one_line)
    _bindable = field_validator("socket")(bindable)
    _plain_path = field_validator("socket")(plain_path)
    _address = field_validator("listen")(listening_address)

    @field_validator("names")
    @classmethod
    def _called(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(called_name(name) for name in names))

    _url = field_validator("url")(web_address)

    @model_validator(mode="after")
    def _guarded(self) -> "WebSettings":
        if self.password and not HASHED.fullmatch(self.password):
            raise conflict("password", "is not hashed; set it with smart-selfie web-password")
        if self.password and not payable(self.password):
            raise conflict("password", "has an unusable scrypt cost; set it with smart-selfie web-password")
        if self.metrics_key and not METRICS_KEY.fullmatch(self.metrics_key):
            raise conflict(
                "metrics_key", "must be 20 to 200 letters and digits; make one: openssl rand -hex 20"
            )
        if self.guest_pass and not GUEST_PASS.fullmatch(self.guest_pass):
            raise conflict("guest_pass", "is not one; set it with smart-selfie web guests new")
        if self.guests and not self.guest_pass:
            raise conflict("guests", "needs web.guest_pass; use smart-selfie web guests on")
        if self.guests and not self.password:
            raise conflict("guests", "needs a password: without one everybody may do everything")
        if not self.password and not is_loopback(self.listen):
            raise conflict("listen", "needs a password; set one with smart-selfie web-password")
        return self


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach ``address``."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address.lower() == "localhost"
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback
