"""Checks of the board: power, heat, pins, clock."""

from datetime import UTC, datetime

from appliance.doctor.finding import Finding, Status, fault, good, unknown, warning
from appliance.hw import board as hardware
from appliance.hw.board import CAPPED, HOT, THROTTLED, TOO_HOT, UNDER_VOLTAGE, Heat
from appliance.hw.machine import Machine

BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No photo of this appliance can be older; a clock before it was never set."""


def check_board(machine: Machine) -> Finding:
    """Return the name of the board."""
    name = hardware.model(machine)
    return unknown("board", "not a Raspberry Pi") if name is None else good("board", name)


def check_power(machine: Machine) -> Finding:
    """Check for under-voltage, now or since power-on."""
    throttling, alarm = hardware.throttling(machine), hardware.under_voltage_alarm(machine)
    if throttling is None and alarm is None:
        return unknown("power", "not reported by this machine")
    now = bool(alarm) or (throttling is not None and throttling.now(UNDER_VOLTAGE))
    before = throttling is not None and throttling.since_boot(UNDER_VOLTAGE)
    facts = {
        "too_low_now": now,
        "too_low_since_power_on": None if throttling is None else now or before,
        "throttled_bits": None if throttling is None else throttling.bits,
    }
    advice = "Use the power supply made for this board, and a short thick cable"
    if now:
        return Finding("power", Status.FAULT, "the voltage is too low now", advice, facts)
    if before:
        return Finding("power", Status.WARNING, "the voltage was too low since power-on", advice, facts)
    enough = (
        "enough now; only root sees the time since power-on"
        if throttling is None
        else "enough since power-on"
    )
    return Finding("power", Status.GOOD, enough, facts=facts)


def check_speed(machine: Machine) -> Finding:
    """Check whether the firmware slows the processor down."""
    throttling = hardware.throttling(machine)
    if throttling is None:
        return unknown("speed", "not reported by this machine")
    slowed = CAPPED | THROTTLED | HOT
    advice = "Better cooling or a better power supply; photos come later while it is slow"
    if throttling.now(slowed):
        return warning("speed", "the processor is slowed down now", advice)
    if throttling.since_boot(slowed):
        return warning("speed", "the processor was slowed down since power-on", advice)
    return good("speed", "full since power-on")


def check_temperature(machine: Machine) -> Finding:
    """Check the temperature of the processor."""
    degrees = hardware.temperature(machine)
    if degrees is None:
        return unknown("temperature", "not reported by this machine")
    heat = hardware.heat(degrees)
    advice = "Give the board more air, or a heat sink"
    if heat is Heat.TOO_HOT:
        return fault("temperature", f"{degrees:.0f} °C, the processor slows down at {TOO_HOT:.0f}", advice)
    if heat is Heat.WARM:
        return warning("temperature", f"{degrees:.0f} °C", advice)
    return good("temperature", f"{degrees:.0f} °C")


def check_pins(machine: Machine) -> Finding:
    """Check the GPIO of light and button."""
    chips = hardware.gpio_chips(machine)
    if not chips:
        return unknown("pins", "no GPIO here: light and button are simulated")
    names = ", ".join(chips)
    if not any(chips.values()):
        return fault(
            "pins",
            f"{names} cannot be opened",
            "Run it as root, or as a member of the group gpio; else run setup.sh again",
        )
    return good("pins", names)


def check_clock(machine: Machine, now: datetime) -> Finding:
    """Check whether photos get the right date. Their order and the rule do not depend on it."""
    if now < BUILT:
        advice = "Connect to a network once after power-on, or add a battery clock; photos are dated wrongly"
        return warning("clock", f"{now:%Y-%m-%d %H:%M}, never set", advice)
    if not machine.path("/run/systemd/timesync/synchronized").exists():
        return warning(
            "clock",
            f"{now:%Y-%m-%d %H:%M}, not confirmed by the network",
            "Without a network a Pi's clock continues from its last shutdown; photos may be dated wrongly",
        )
    return good("clock", f"{now:%Y-%m-%d %H:%M}, set by the network")
