"""Changes of the configuration file by another process: checked, all or nothing, with undo."""

import functools
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from appliance.config import Config, load_config
from appliance.config.load import MAX_CONFIG_BYTES, override_of
from appliance.config.yaml_text import parse_yaml
from appliance.editing.edit import ABSENT, put, sections
from appliance.errors import ApplianceError, ConfigError, Problem
from appliance.storage import durable
from appliance.storage.regular_file import NotRegularFileError, read_regular, trusted

MOST_UNDO = 20


@dataclass(frozen=True, slots=True)
class _Change:
    """Change of settings: its dotted keys, and the file's text before and after it."""

    keys: list[str]
    before: str
    after: str


class SettingsFile:
    """Configuration file ``path`` (None: nothing can be changed). Any thread.

    ``fixed`` says of a dotted key whether only the file's owner may change it.
    """

    def __init__(self, path: Path | None, fixed: Callable[[str], bool] = lambda _: False) -> None:
        self.path = path
        self._fixed = fixed
        self._undo: deque[_Change] = deque(maxlen=MOST_UNDO)
        self._lock = threading.Lock()

    def load(self) -> Config:
        """Return the settings as the appliance reads them. Raises ConfigError."""
        return load_config(self.path)

    @property
    def undoable(self) -> int:
        """Number of changes that :meth:`undo` can undo."""
        return len(self._undo)

    def overridden(self) -> set[str]:
        """Return the dotted keys that the override file decides. Raises ConfigError."""
        if self.path is None or not override_of(self.path).exists():
            return set()
        over = parse_yaml(_text_of(override_of(self.path)))[0] or {}
        return {f"{section}.{key}" for section, keys in over.items() for key in keys or {}}

    def change(self, changes: dict[str, Any]) -> None:
        """Set dotted keys, all or none, in a valid file. Raises ConfigError, StorageError.

        Unknown keys are refused first: each change costs reading the text several times.
        """
        self.load()
        overridden, known = self.overridden(), known_keys()
        for key in changes:
            if key in overridden or self._fixed(key):
                reason = "can be set in the file only"
                raise ConfigError([Problem(escaped(key), None, reason, None, str(self.path))])
            if key not in known:
                raise ConfigError([Problem(escaped(key), None, "unknown setting; expected section.key")])
        with self._lock:
            before, after = self._write(functools.partial(edited, changes=changes))
            self._undo.append(_Change(list(changes), before, after))

    def undo(self) -> list[str]:
        """Undo the last change and return its keys. Raises ConfigError, StorageError.

        A setting that was changed elsewhere since stays (ChangedSinceError), and its undo is dropped.
        """
        with self._lock:
            if not self._undo:
                return []
            change = self._undo[-1]
            try:
                self._write(functools.partial(_restored, change=change))
            except ChangedSinceError:
                self._undo.pop()
                raise
            self._undo.pop()
            return change.keys

    def set_page(self, changes: dict[str, Any]) -> None:
        """Set keys of ``web``; for the command line only. Raises ConfigError, StorageError."""
        self._write(functools.partial(edited, changes=changes))

    def set_password(self, hashed: str) -> None:
        """Set the page's password; for the command line only. Raises ConfigError, StorageError."""
        self.set_page({"web.password": hashed})

    def _write(self, edit: Callable[[str], str]) -> tuple[str, str]:
        """Change the file's text by ``edit``; return it as it was and as it is now."""
        path = self.path
        if path is None:
            raise ApplianceError("There is no configuration file to change", "Start it with --config FILE")
        _text_of(path)
        folder = _folder_of(path)
        try:
            with durable.locked(folder):
                before = _text_of(path)
                text = edit(before)
                check_text(text, path)  # the old text need not be valid: it may have lacked a password
                if _text_of(path) != before:
                    raise _wrong(path, "was changed by somebody else at the same time; try again")
                durable.rewrite(path, text.encode())
        except ConfigError as error:
            raise type(error)(
                [replace(problem, file=problem.file or str(path)) for problem in error.problems]
            ) from None
        except OSError as error:
            raise durable.explain(error, folder) from error
        return before, text


def _folder_of(path: Path) -> Path:
    """Return the folder of the file that ``path`` leads to. Raises ConfigError."""
    try:
        return trusted(path).parent
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from None


def _text_of(path: Path) -> str:
    """Return the file's text. Raises ConfigError when it is not a regular file, or not text."""
    try:
        raw = read_regular(trusted(path), MAX_CONFIG_BYTES)
        if len(raw) > MAX_CONFIG_BYTES:
            raise _wrong(path, f"is larger than {MAX_CONFIG_BYTES // 1024} kB; this is not a configuration")
        return raw.decode()
    except NotRegularFileError:
        raise _wrong(path, "is not a regular file; name the file with the settings") from None
    except FileNotFoundError:
        reason = "file not found; smart-selfie check --print-default shows a good one"
        raise _wrong(path, reason) from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _wrong(path, "is not UTF-8 text; save it as UTF-8 in your editor", line) from None
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from None


def _wrong(path: Path, reason: str, line: int | None = None) -> ConfigError:
    return ConfigError([Problem("", None, reason, line, str(path))])


def check_text(text: str, path: Path) -> None:
    """Check ``text`` as the appliance will when it reads it from ``path``. Raises ConfigError."""
    with tempfile.TemporaryDirectory() as place:
        draft = Path(place) / path.name
        draft.write_bytes(text.encode())
        names = {str(draft): str(path), str(override_of(draft)): str(override_of(path))}
        if override_of(path).exists():
            override_of(draft).write_bytes(_text_of(override_of(path)).encode())
        try:
            load_config(draft)
        except ConfigError as error:
            raise ConfigError(
                [replace(problem, file=names.get(problem.file, "")) for problem in error.problems]
            ) from None


def known_keys() -> set[str]:
    """Return the dotted key of every setting."""
    models = {name: field.annotation for name, field in Config.model_fields.items()}
    return {
        f"{name}.{key}"
        for name, model in models.items()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for key in model.model_fields
    }


def escaped(text: str) -> str:
    """Return ``text`` in printable ASCII: what came over a network may hold a lone surrogate."""
    return text.encode("ascii", "backslashreplace").decode()


class ChangedSinceError(ConfigError):
    """The setting to restore was changed by somebody else meanwhile."""


def edited(text: str, changes: dict[str, Any]) -> str:
    """Return ``text`` with ``changes`` (by dotted key) made and everything else as it was.

    Raises ConfigError when ``text`` is not YAML, or not settings in sections.
    """
    for key, value in changes.items():
        text = put(text, key, value)
    return text


def _restored(text: str, change: _Change) -> str:
    """Return ``text`` without ``change``, with what others changed elsewhere since. Raises ConfigError."""
    if text == change.after:
        return change.before
    now, old, new = (sections(version)[0] for version in (text, change.before, change.after))
    for key in change.keys:
        section, _, name = key.partition(".")
        value, ours = (found.get(section, {}).get(name, ABSENT) for found in (now, new))
        if repr(value) != repr(ours):
            reason = "was changed by somebody else since, and stays as it is now"
            raise ChangedSinceError([Problem(key, None, reason)])
        text = put(text, key, old.get(section, {}).get(name, ABSENT))
    return text
