"""A settings file that the page edits."""

from pathlib import Path
from typing import Any

from appliance.editing.settings_file import SettingsFile


class File:
    """A config.yaml with the form that changes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config.yaml"
        self.form = SettingsFile(self.path)

    def write(self, text: str) -> None:
        self.path.write_bytes(text.encode())

    def read(self) -> str:
        return self.path.read_bytes().decode()

    def set(self, key: str, value: Any) -> str:
        self.form.change({key: value})
        return self.read()

    def vi(self, old: str, new: str) -> None:
        """Somebody at the machine edits it."""
        assert old in self.read()
        self.write(self.read().replace(old, new))
