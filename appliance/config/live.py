"""Configuration of a running appliance: watches the file for changes and remembers the last good version.

It polls the file about twice a second. That costs two calls of stat(2), needs no library, and sees what
notification by the kernel misses: files on network and overlay file systems, folders that appear later, and
editors that replace the file instead of writing into it.
"""

import functools
import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from appliance.config.load import load_config, override_of, place_of
from appliance.config.schema import Config
from appliance.errors import ApplianceError, ConfigError, Problem
from appliance.storage import durable
from appliance.storage.regular_file import read_regular
from appliance.system.service import directory

log = logging.getLogger(__name__)

STATE = Path("/var/lib/smart-selfie")
MODE = 0o600
"""Owner only: the last good configuration holds the hashed password of the page."""

DISPENSABLE = ("hardware.flash_pin", "hardware.buzzer_pin")
"""Sections without which everything else works."""

Stamps = Mapping[Path, tuple[int, ...]]


class LiveConfig:
    """The file ``path`` (None: there is none) with ``overrides``, as :func:`load_config` takes them.

    ``state`` is the folder that outlives a restart, None if there is none. Not thread-safe.
    """

    def __init__(
        self, path: Path | None, overrides: Sequence[tuple[str, Any]] = (), state: Path | None = None
    ) -> None:
        self._path = path
        self._overrides = tuple(overrides)
        self._memory: Path | None = None
        if path is not None and state is not None:
            real = os.path.realpath(path)  # resolve() fails on a link to itself
            key = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
            self._memory = state / f"last-good-config-{key}.yaml"
        self._read = self._seen = self._stamps()

    def start(self) -> tuple[Config, ConfigError | None]:
        """Return the configuration to start with, and the error in the file if it is the last good one.

        Raises ConfigError when neither can be used.
        """
        try:
            return load_config(self._path, self._overrides), None
        except ConfigError as error:
            remembered = self.last_good()
            if remembered is None:
                raise
            return remembered, error

    def changed(self) -> bool:
        """Return whether the file has changed and is stable; call it about twice a second.

        A file that is still being written is left alone until two checks in a row agree.
        """
        before, self._seen = self._seen, self._stamps()
        return self._seen == before != self._read

    def load(self) -> Config:
        """Return the configuration that the file now holds. Raises ConfigError."""
        self._read = self._seen = self._stamps()
        return load_config(self._path, self._overrides)

    def next_start(self) -> tuple[Path, Stamps] | None:
        """Return the folder that outlives a restart, and the stamps of the files when they were read.

        None with overrides: they are for one call, so the next start will read something else.
        """
        if self._memory is None or self._overrides:
            return None
        return self._memory.parent, self._read

    def remember(self, config: Config) -> None:
        """Keep ``config``, in force and good, for the next start; without overrides."""
        if self._memory is None or self._overrides:
            return
        text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
        try:
            data = text.encode()
            if not self._memory.exists() or read_regular(self._memory, len(data)) != data:
                durable.write_over(self._memory, data, MODE)
        except OSError as error:
            log.warning("The good configuration cannot be remembered in %s: %s", self._memory, error)

    def refusal(self, config: Config, error: ApplianceError) -> ConfigError:
        """Return ``error`` as a problem of ``config``: valid, but this machine cannot satisfy it."""
        file, line = place_of(self._path, error.key) if self._path is not None else ("", None)
        value = functools.reduce(getattr, error.key.split("."), config) if "." in error.key else None
        return ConfigError([Problem(error.key, value, str(error), line, file)])

    def fallback(self, config: Config, error: ApplianceError) -> Config | None:
        """Return a replacement for ``config``, which fails with ``error``; None if there can be none.

        It is the last good configuration, or else ``config`` without the failing device.
        """
        last = self.last_good()
        if last is not None and last != config:
            return last
        if error.key not in DISPENSABLE:
            return None
        without = {error.key.partition(".")[2]: "none"}
        return config.model_copy(update={"hardware": config.hardware.model_copy(update=without)})

    def last_good(self) -> Config | None:
        """Return the last configuration that was in force and good; None if absent or invalid now."""
        if self._memory is None or not self._memory.exists():
            return None
        try:
            return load_config(self._memory, self._overrides)
        except ConfigError as error:  # written by another version, perhaps
            log.warning("The last good configuration cannot be used: %s", error)
            return None

    def _stamps(self) -> Stamps:
        """Return stamps that change when the file or its override does."""
        if self._path is None:
            return {}
        return {path: durable.stamp(path) for path in (self._path, override_of(self._path))}


def state_folder(environ: Mapping[str, str] = os.environ, access: int = os.W_OK) -> Path | None:
    """Return the folder that outlives a restart (systemd.exec(5), StateDirectory), None if there is none.

    ``access`` as of os.access(): os.R_OK for read-only callers.
    """
    folder = directory("STATE", environ) or STATE
    return folder if folder.is_dir() and os.access(folder, access) else None
