"""What is allowed in a configuration and yet is probably a slip."""

from appliance.config.schema import Config
from appliance.errors import Problem

HEADER_PINS = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25,
    23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
"""GPIO (BCM number) at each pin of the 40-pin header, where there is one; pinout.xyz, raspberrypi.com."""
_RARELY_MEANT = frozenset({3, 7, 8, 10, 11, 13, 15})
"""GPIOs taken by I2C, SPI or UART, and those at whose header numbers build-it.md has light and button."""


def advice(config: Config) -> list[Problem]:
    """Return what to look at again, without file and line: each is in force as it stands."""
    found = []
    for key in type(config.hardware).model_fields:
        value = getattr(config.hardware, key)
        for pin in value if isinstance(value, tuple) else (value,):
            if pin in _RARELY_MEANT and pin in HEADER_PINS:
                at = next(place for place, gpio in HEADER_PINS.items() if gpio == pin)
                reason = (
                    f"GPIO{pin} is pin {at} of the header; pin {pin} of the header is GPIO{HEADER_PINS[pin]}"
                )
                found.append(Problem(f"hardware.{key}", pin, reason))
    return found
