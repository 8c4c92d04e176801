"""Memory of which photos are at the remote: a text file, one name a line, that survives power cuts."""

import os
from collections.abc import Iterable, Set
from pathlib import Path

from appliance.storage import durable
from appliance.storage.photo_names import PHOTO
from appliance.storage.regular_file import read_regular

_HEAD = "remote: "
MOST_LEDGER_BYTES = 64_000_000
"""A million names and more."""


class Ledger:
    """Names of the photos that are at ``remote``, in the file ``path``. Raises OSError.

    A line that a power cut left half written is no name, and is left out: that photo is looked at once more.
    With another remote, nothing is there yet.
    """

    def __init__(self, path: Path, remote: str) -> None:
        self._path = path
        self._head = f"{_HEAD}{remote}"
        self._names = self._read()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)

    def add(self, names: Iterable[str]) -> None:
        """Remember that ``names`` are there, durably."""
        new = [name for name in names if name not in self._names]
        if not new:
            return
        with self._path.open("ab") as file:
            file.write("".join(f"\n{name}" for name in new).encode())
            file.flush()
            os.fsync(file.fileno())
        self._names.update(new)

    def keep(self, names: Set[str]) -> None:
        """Forget all but ``names``, and write the file anew."""
        self._names &= names
        text = "\n".join([self._head, *sorted(self._names)])
        durable.write_over(self._path, text.encode(), 0o600)

    def _read(self) -> set[str]:
        try:
            text = read_regular(self._path, MOST_LEDGER_BYTES, follow_links=False).decode("utf-8", "replace")
        except FileNotFoundError:
            text = ""
        head, *lines = text.split("\n")
        return {line for line in lines if PHOTO.fullmatch(line)} if head == self._head else set()
