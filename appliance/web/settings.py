"""The settings as a form: words, bounds and defaults from the schema, changed in the file, comments kept."""

import io
import tempfile
import threading
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from appliance import durable
from appliance.config import Config, load_config
from appliance.config.load import override_of
from appliance.errors import ApplianceError, ConfigError, Problem
from appliance.labels import EXPRESSIONS

HIDDEN = {"web"}
"""Sections not to be reached from the page: they lock everybody out, or let everybody in."""
FIXED = {"storage.folder", "camera.recording"}
"""Shown, but set in the file alone: they name places on the machine."""
MOST_UNDO = 20
MODE = 0o640

_KINDS: dict[Any, str] = {bool: "switch", int: "whole", float: "number", str: "text"}
_BOUNDS = {Ge: ("ge", "least"), Gt: ("gt", "above"), Le: ("le", "most"), Lt: ("lt", "below")}


class Settings:
    """The configuration file ``path`` (None: there is none, so nothing can be changed). Any thread."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._undo: deque[dict[str, Any]] = deque(maxlen=MOST_UNDO)
        self._lock = threading.Lock()

    def form(self) -> dict[str, Any]:
        """Every section and setting with its words, bounds, default and value now. Raises ConfigError."""
        config = load_config(self._path)
        overridden = _overridden(self._path)
        sections = []
        for name, field in Config.model_fields.items():
            model = field.annotation
            if name in HIDDEN or not (isinstance(model, type) and issubclass(model, BaseModel)):
                continue
            now = getattr(config, name)
            settings = [_setting(name, key, one, now) for key, one in model.model_fields.items()]
            for one in settings:
                one["overridden"] = one["key"] in overridden
            words = (model.__doc__ or "").partition("\n\n")[0]
            sections.append({"name": name, "words": words, "settings": settings})
        return {
            "sections": sections,
            "file": str(self._path) if self._path else None,
            "undo": len(self._undo),
        }

    def change(self, changes: dict[str, Any]) -> None:
        """Set dotted keys, all or none; in a file that is right. Raises ConfigError, StorageError."""
        load_config(self._path)
        for key in changes:
            if key.partition(".")[0] in HIDDEN or key in FIXED | _overridden(self._path):
                raise ConfigError([Problem(key, None, "can be set in the file only", None, str(self._path))])
        with self._lock:
            self._undo.append(self._write(changes))

    def undo(self) -> list[str]:
        """Take the last change back; returns its keys. Raises ConfigError, StorageError."""
        with self._lock:
            if not self._undo:
                return []
            before = self._undo[-1]
            self._write(before)
            self._undo.pop()
            return list(before)

    def set_password(self, scrambled: str) -> None:
        """For the command line, which the page cannot call. Raises ConfigError, StorageError."""
        self._write({"web.password": scrambled})

    def _write(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change the file; returns what undoes it (:data:`_ABSENT` for keys that were not there)."""
        path = self._path
        if path is None:
            raise ApplianceError("There is no configuration file", "Start the page with --config FILE")
        try:
            with durable.locked(path.parent):
                text, before = edited(path.read_text("utf-8"), changes)
                _check(text, path)  # not what was there: a password may be what it lacked
                durable.write_over(path, text.encode(), MODE)
        except OSError as error:
            raise durable.explain(error, path.parent) from error
        return before


_ABSENT = object()


def _check(text: str, path: Path) -> None:
    """The very check the appliance makes, of the very text it will read. Raises ConfigError."""
    with tempfile.TemporaryDirectory() as place:
        draft = Path(place) / path.name
        draft.write_text(text, "utf-8")
        if override_of(path).exists():
            override_of(draft).write_bytes(override_of(path).read_bytes())
        try:
            load_config(draft)
        except ConfigError as error:
            raise ConfigError([replace(problem, file=str(path)) for problem in error.problems]) from None


def _overridden(path: Path | None) -> set[str]:
    """The settings that another file decides, whatever is written here."""
    if path is None or not override_of(path).exists():
        return set()
    over = yaml.safe_load(override_of(path).read_text("utf-8")) or {}
    return {f"{section}.{key}" for section, keys in over.items() for key in keys or {}}


def edited(text: str, changes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """``text`` with ``changes`` made and everything else as it was, and what stood there before.

    Raises ConfigError when ``text`` is not YAML, or not settings in sections.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  (only who changes something pays for it)
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    try:
        document = editor.load(text) or CommentedMap()
    except YAMLError as error:
        raise ConfigError([Problem("", None, f"is not YAML: {error}")]) from None
    if not isinstance(document, CommentedMap):
        raise ConfigError([Problem("", None, "holds no settings")])
    before: dict[str, Any] = {}
    for key, value in changes.items():
        section, _, name = key.partition(".")
        if not isinstance(document.get(section), CommentedMap):
            document[section] = CommentedMap()
        inside = document[section]
        before[key] = _plain(inside[name]) if name in inside else _ABSENT
        if value is _ABSENT:
            inside.pop(name, None)
        else:
            inside[name] = _flow(value)
    buffer = io.StringIO()
    editor.dump(document, buffer)
    return buffer.getvalue(), before


def _flow(value: Any) -> Any:
    """Lists stay on one line."""
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415

    if not isinstance(value, list):
        return value
    flow = CommentedSeq(value)
    flow.fa.set_flow_style()
    return flow


def _plain(value: Any) -> Any:
    """Without ruamel's own types."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _setting(section: str, key: str, field: FieldInfo, now: Any) -> dict[str, Any]:
    place = f"{section}.{key}"
    return {
        "key": place,
        "name": key,
        "words": field.description or "",
        "default": _shown(field.default),
        "value": _shown(getattr(now, key)),
        "fixed": place in FIXED,
        **_kind(field),
    }


def _kind(field: FieldInfo) -> dict[str, Any]:
    """How it is asked for: a choice, switch, number, several words, or a line of YAML for anything else."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return {"kind": "choice", "choices": list(get_args(kind))}
    if isinstance(field.default, tuple) and set(field.default) <= set(EXPRESSIONS) and field.default:
        return {"kind": "several", "choices": list(EXPRESSIONS)}
    bounds = {}
    for item in field.metadata:
        for bound, (attribute, name) in _BOUNDS.items():
            if isinstance(item, bound):
                bounds[name] = getattr(item, attribute)
    if kind in _KINDS:
        return {"kind": _KINDS[kind], **bounds}
    return {"kind": "yaml"}


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    return list(value) if isinstance(value, tuple) else value


def parse_changes(body: dict[str, Any]) -> dict[str, Any]:
    """What the page sent: plain values, or ``{"yaml": "text"}`` for settings of a form of their own.

    Raises ConfigError.
    """
    changes = {}
    for key, value in body.items():
        if isinstance(value, dict):
            try:
                changes[key] = yaml.safe_load(str(value.get("yaml", "")))
            except (yaml.YAMLError, RecursionError):
                raise ConfigError([Problem(key, value.get("yaml"), "is not YAML")]) from None
        else:
            changes[key] = value
    return changes
