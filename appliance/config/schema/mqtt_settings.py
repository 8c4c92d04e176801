"""``mqtt``: the bridge to a broker, and so to Home Assistant."""

from pydantic import Field, field_validator, model_validator
from pydantic.config import JsonDict

from appliance.config.names import called_name, plain_path
from appliance.config.schema.section import Section, conflict
from appliance.config.values import ONE_LINE, one_line, topic_prefix

_TOPIC: JsonDict = {"pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f#+]*$"}


class MqttSettings(Section):
    """The bridge to an MQTT broker and Home Assistant, served by smart-selfie-mqtt.service."""

    enabled: bool = Field(False, description="true: connect to the broker")
    host: str = Field(
        "", max_length=255, description="name or address of the broker", json_schema_extra=ONE_LINE
    )
    port: int = Field(1883, ge=1, le=65535, description="port of the broker; with tls most listen on 8883")
    tls: bool = Field(False, description="true: encrypt the connection, and make sure that it is the broker")
    ca_file: str = Field(
        "",
        max_length=4096,
        description="certificate of the authority that signed the broker's. Empty: those of the system",
        json_schema_extra=ONE_LINE,
    )
    certificate: str = Field(
        "",
        max_length=4096,
        description="certificate by which the broker knows this appliance; none if empty",
        json_schema_extra=ONE_LINE,
    )
    key: str = Field(
        "", max_length=4096, description="private key of that certificate", json_schema_extra=ONE_LINE
    )
    username: str = Field(
        "", max_length=255, description="user at the broker; none if empty", json_schema_extra=ONE_LINE
    )
    password: str = Field(
        "", max_length=255, description="that user's password, as it is", json_schema_extra=ONE_LINE
    )
    name: str = Field(
        "", max_length=64, description="name of the device. Empty: this machine's", json_schema_extra=ONE_LINE
    )
    topic: str = Field(
        "smart-selfie",
        min_length=1,
        max_length=100,
        description="first part of every topic",
        json_schema_extra=_TOPIC,
    )
    discovery: str = Field(
        "homeassistant",
        max_length=100,
        description="topic under which Home Assistant finds devices; none if empty",
        json_schema_extra=_TOPIC,
    )
    last_photo: bool = Field(False, description="true: send a small copy of every new photo to the broker")

    _one_line = field_validator("host", "ca_file", "certificate", "key", "username", "password", "name")(
        one_line
    )
    _plain_path = field_validator("ca_file", "certificate", "key")(plain_path)
    _topic = field_validator("topic", "discovery")(topic_prefix)

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return called_name(value) if value else value

    @model_validator(mode="after")
    def _complete(self) -> "MqttSettings":
        if self.enabled and not self.host:
            raise conflict("host", "is missing: name the broker, or set mqtt.enabled to false")
        if bool(self.certificate) != bool(self.key):
            absent = "key" if self.certificate else "certificate"
            raise conflict(absent, "is missing: a certificate and its private key go together")
        if not self.tls and (self.ca_file or self.certificate):
            raise conflict("tls", "must be true where a certificate is named")
        if self.password and not self.username:
            raise conflict("username", "is missing: a password alone tells the broker nothing")
        return self
