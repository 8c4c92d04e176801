"""``hardware`` and ``button``: the parts wired to the board."""

from typing import Literal

from pydantic import Field, model_validator

from appliance.config.schema.section import Section, conflict
from appliance.config.values import Pin, RgbPins


class HardwareSettings(Section):
    """Pins, by their BCM number (GPIO17 is pin 11 of the header). none: not connected."""

    led_pin: Pin | Literal["none"] = Field(
        17, title="Light", description="BCM number; light, through a resistor to ground"
    )
    rgb_pins: RgbPins | Literal["none"] = Field(
        "none",
        title="RGB light",
        description="three BCM numbers, red, green, blue; an RGB light beside or instead of led_pin",
    )
    flash_pin: Pin | Literal["none"] = Field(
        "none", title="Lamp", description="BCM number; a lamp that is on while everybody shows it"
    )
    buzzer_pin: Pin | Literal["none"] = Field(
        "none", title="Buzzer", description="BCM number; a passive buzzer that beeps for a photo"
    )
    button_pin: Pin | Literal["none"] = Field(
        27, title="Button", description="BCM number; push button to ground"
    )

    @model_validator(mode="after")
    def _pins_differ(self) -> "HardwareSettings":
        taken: dict[int, str] = {}
        for key in type(self).model_fields:
            value = getattr(self, key)
            for pin in value if isinstance(value, tuple) else (value,):
                if pin in taken:
                    also = f", also as {taken[pin]}" if taken[pin] != key else ""
                    raise conflict(key, f"pin {pin} is used twice{also}")
                if pin != "none":
                    taken[pin] = key
        return self


class ButtonSettings(Section):
    """Actions of the button. Where rule.mode is always_armed, disarming pauses the appliance."""

    press: Literal["arm", "shoot", "none"] = Field(
        "arm", title="One press", description="arm: arm or disarm; shoot: a photo now, whatever the faces do"
    )
    double_press: Literal["arm", "shoot", "none"] = Field(
        "shoot", title="Two presses", description="the same, for two presses"
    )
    hold: Literal["power_off", "none"] = Field(
        "power_off", title="Held down", description="held down, then released"
    )
    hold_seconds: float = Field(3.0, ge=1, le=8, title="Hold down for", description="seconds to hold it down")
