"""The configuration of a running appliance: watched for changes, and the last good one remembered.

The file is looked at about twice a second. That costs two calls of stat(2), needs no library, and sees what
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
"""The last good configuration holds the scrambled password of the page."""

DISPENSABLE = ("hardware.flash_pin", "hardware.buzzer_pin")
"""Settings without which everything else goes on."""

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
        """The configuration to start with; with it what is wrong in the file, when it is the last good one.

        Raises ConfigError when there is neither.
        """
        try:
            return load_config(self._path, self._overrides), None
        except ConfigError as error:
            remembered = self.last_good()
            if remembered is None:
                raise
            return remembered, error

    def changed(self) -> bool:
        """Return whether the file has changed and come to rest; ask about twice a second.

        A file that is still being written is left alone until two looks at it agree.
        """
        before, self._seen = self._seen, self._stamps()
        return self._seen == before != self._read

    def load(self) -> Config:
        """The configuration as the file is now. Raises ConfigError."""
        self._read = self._seen = self._stamps()
        return load_config(self._path, self._overrides)

    def next_start(self) -> tuple[Path, Stamps] | None:
        """The folder that outlives a restart, and the files as they were when they were read.

        None where the next start will not read just these: overrides are for one call.
        """
        if self._memory is None or self._overrides:
            return None
        return self._memory.parent, self._read

    def remember(self, config: Config) -> None:
        """``config`` is in force and good: keep it for the next start; not what overrides made of it."""
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
        """Return ``error`` as a problem of ``config``, which is valid but asks for what cannot be had."""
        file, line = place_of(self._path, error.key) if self._path is not None else ("", None)
        value = functools.reduce(getattr, error.key.split("."), config) if "." in error.key else None
        return ConfigError([Problem(error.key, value, str(error), line, file)])

    def fallback(self, config: Config, error: ApplianceError) -> Config | None:
        """Return what to start with instead of ``config``, which fails with ``error``; None if nothing can.

        That is the last good configuration, or else ``config`` without the device in the way.
        """
        last = self.last_good()
        if last is not None and last != config:
            return last
        if error.key not in DISPENSABLE:
            return None
        without = {error.key.partition(".")[2]: "none"}
        return config.model_copy(update={"hardware": config.hardware.model_copy(update=without)})

    def last_good(self) -> Config | None:
        """The configuration that was last in force and good, None if there is none or it is no longer one."""
        if self._memory is None or not self._memory.exists():
            return None
        try:
            return load_config(self._memory, self._overrides)
        except ConfigError as error:  # written by another version, perhaps
            log.warning("The last good configuration cannot be used: %s", error)
            return None

    def _stamps(self) -> Stamps:
        """What changes when the file or its override does."""
        if self._path is None:
            return {}
        return {path: durable.stamp(path) for path in (self._path, override_of(self._path))}


def state_folder(environ: Mapping[str, str] = os.environ, access: int = os.W_OK) -> Path | None:
    """The folder that outlives a restart (systemd.exec(5), StateDirectory), None if there is none.

    ``access`` as of os.access(): os.R_OK for read-only callers.
    """
    folder = directory("STATE", environ) or STATE
    return folder if folder.is_dir() and os.access(folder, access) else None
