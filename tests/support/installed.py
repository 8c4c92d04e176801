"""An installed appliance as commands see it: its settings, and a systemctl that notes what it is told."""

from pathlib import Path

from appliance.cli import main

SYSTEMCTL = """#!/bin/sh
echo "$@" >>"{calls}"
case "$*" in
    *"$FAILS"*) [ -z "$FAILS" ] || {{ echo "Unit smart-selfie-web.service not found." >&2; exit 5; }} ;;
esac
"""


class Pi:
    """An installed appliance's settings, and a systemctl that notes what it is told."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.yaml"
        self.config.write_text("# mine\nweb:\n  port: 8081  # not the usual one\n")
        self._calls = folder / "calls"
        program = folder / "bin" / "systemctl"
        program.parent.mkdir()
        program.write_text(SYSTEMCTL.format(calls=self._calls))
        program.chmod(0o755)

    def calls(self) -> list[str]:
        """What systemctl was told since the last time."""
        told = self._calls.read_text().splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return told

    def web(self, verb: str) -> int:
        return main(["web", verb, "--config", str(self.config)])


RESTARTED = ["restart smart-selfie.service"]
STARTED = ["enable smart-selfie-web.service", "restart smart-selfie-web.service"]
