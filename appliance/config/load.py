"""Reads ``config.yaml`` and names every problem in it by line, key, value and reason."""

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from appliance.config.schema import Config
from appliance.config.suggest import key_meant
from appliance.config.values import SECRETS
from appliance.config.yaml_text import KeyPath, parse_yaml
from appliance.errors import ConfigError, Problem, UsageError, shown
from appliance.storage.regular_file import read_regular, trusted

SYSTEM_CONFIG = Path("/etc/smart-selfie/config.yaml")
LOCAL_CONFIG = Path("config.yaml")
MAX_CONFIG_BYTES = 256 * 1024
"""A configuration is a page of text; anything larger is another kind of file."""

EXAMPLE = "Example: --set rule.min_faces=2"
OVERRIDE = "--set"
"""Takes the place of a file's name in messages about an override."""

Places = dict[KeyPath, tuple[str, int | None]]
"""File and line of each key."""


def find_config() -> Path | None:
    """Return the file to use when none is named: $SMART_SELFIE_CONFIG, /etc, then the current folder."""
    if named := os.environ.get("SMART_SELFIE_CONFIG"):
        return Path(named)
    return next((path for path in (SYSTEM_CONFIG, LOCAL_CONFIG) if _is_there(path)), None)


def load_config(path: Path | None, overrides: Sequence[tuple[str, Any]] = ()) -> Config:
    """Return the configuration in ``path`` (defaults when None) with ``overrides`` merged before validation.

    A file beside it (see :func:`override_of`) is laid over it first. ``overrides`` are pairs of dotted key
    and value, as :func:`parse_override` gives. Raises ConfigError with every problem, never only the first.
    """
    data: dict[str, Any] = {}
    places: Places = {}
    for file in (path, override_of(path)) if path else ():
        if file == path or _is_there(file):
            over, lines = _read(file)
            _lay_over(data, over)
            places |= {place: (str(file), line) for place, line in lines.items()}
    for key, value in overrides:
        _merge(data, key, value)
        _place_override(places, tuple(key.split(".")))
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        anywhere = str(path) if path else ""
        problems = [_problem(item, places, anywhere) for item in error.errors(include_url=False)]
        raise ConfigError(_by_line(_once(problems))) from None


def override_of(path: Path) -> Path:
    """Return the file beside ``path`` whose keys override it: config.override.yaml for config.yaml."""
    return path.parent / f"{path.stem}.override{path.suffix}"  # with_name() fails without a name


def place_of(path: Path, key: str) -> tuple[str, int | None]:
    """Return file and line that set ``key`` (such as storage.folder), or its section; line None: neither."""
    place: KeyPath = tuple(key.split("."))
    for file in (override_of(path), path):
        with contextlib.suppress(ConfigError):
            lines = _read(file)[1] if _is_there(file) else {}
            for known in (place, place[:1]):
                if known in lines:
                    return str(file), lines[known]
    return str(path), None


def parse_override(text: str) -> tuple[str, Any]:
    """Return ``rule.min_faces=2`` as ("rule.min_faces", 2); the value is YAML. Raises UsageError."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not key.isprintable() or not all(key.split(".")):
        raise UsageError(f"--set {_key_in(text)} is not of the form key=value", EXAMPLE)
    try:
        return key, parse_yaml(value)[0]
    except ConfigError as error:
        inside, reason = error.problems[0].key, error.problems[0].reason
        raise UsageError(f"--set {key}{inside and '.'}{inside}: {reason}", EXAMPLE) from None


def _key_in(text: str) -> str:
    """Return the key alone: the value may be a password."""
    return shown(re.split(r"[=:\s]", text.strip(), maxsplit=1)[0])


def _is_there(path: Path) -> bool:
    """Return whether ``path`` exists; True also in a folder without permission, which reading reports."""
    try:
        return path.exists()
    except PermissionError:
        return True
    except OSError:  # the name is too long, for one
        return False


def _read(path: Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    def refuse(reason: str, line: int | None = None) -> ConfigError:
        return ConfigError([Problem("", None, reason, line, str(path))])

    try:
        raw = read_regular(trusted(path), MAX_CONFIG_BYTES)
    except FileNotFoundError:
        raise refuse("file not found; smart-selfie check --print-default shows a good one") from None
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_CONFIG_BYTES:
        raise refuse(f"is larger than {MAX_CONFIG_BYTES // 1024} kB; this is not a configuration")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise refuse("is not UTF-8 text", raw[: error.start].count(b"\n") + 1) from error
    data, lines = parse_yaml(text, str(path))
    if not lines:
        return {}, {}
    if not isinstance(data, dict):
        raise refuse("must be a list of sections such as 'camera:'", lines[()])
    return {key: {} if value is None else value for key, value in data.items()}, lines


def _merge(data: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        child = data.setdefault(parent, {})
        if not isinstance(child, dict):
            child = data[parent] = {}
        data = child
    data[last] = value


def _lay_over(data: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _lay_over(data[key], value)
        else:
            data[key] = value


def _place_override(places: Places, key: KeyPath) -> None:
    """Attribute problems of ``key``, and of its section outside the keys of a file, to the override."""
    for place in [place for place in places if place[: len(key)] == key]:
        del places[place]
    places |= {key[:n]: (OVERRIDE, None) for n in range(1, len(key) + 1)}


def _problem(item: Mapping[str, Any], places: Places, anywhere: str) -> Problem:
    place = _in_file(tuple(item["loc"]), places)
    value = item["input"]
    if item["type"] == "conflict":
        key = item["ctx"]["key"]
        place, value = (*place, key), value.get(key)
    known = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in places), None)
    file, line = places[known] if known is not None else (anywhere, None)
    if isinstance(value, dict) or item["type"] == "extra_forbidden" or _may_be_secret(place):
        value = None
    return Problem(".".join(map(str, place)), value, _reason(item, place), line, file)


def _may_be_secret(place: KeyPath) -> bool:
    """Return whether ``place`` may hold a secret, also under a misspelt key of its section."""
    return any(place[: len(secret)] == secret[: len(place)] for secret in SECRETS)


def _in_file(loc: KeyPath, places: Places) -> KeyPath:
    """Return pydantic's location without the parts that name its own types (``led_pin`` → ``int``)."""
    model: Any = Config
    kept: list[str | int] = []
    for part in loc:
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        if part in fields:
            model = fields[str(part)].annotation
        elif not fields and (*kept, part) not in places:
            break
        kept.append(part)
    return tuple(kept)


def _reason(item: Mapping[str, Any], place: KeyPath) -> str:
    kind, message = item["type"], str(item["msg"])
    if kind == "extra_forbidden":
        names = list(_section(place[:-1]).model_fields)
        meant = key_meant(place, names, Config)
        hint = f"did you mean {meant}?" if meant else f"choose one of {', '.join(names)}"
        return f"unknown key; {hint}"
    if kind in {"model_type", "model_attributes_type"}:
        return "must be a section with keys of its own"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    message = message.removeprefix("Input ").replace("should be", "must be")
    message = re.sub(r"(greater|less) than or equal to (\S+)", _bound, message)
    for pydantics, ours in _WORDS:
        message = re.sub(pydantics, ours, message)
    return message


_WORDS = (
    ("a valid integer", "a whole number"),
    ("a valid number", "a number"),
    ("a valid boolean", "true or false"),
    ("a valid string", "text; put it in quotes"),
    ("^String should have at least 1 character", "must not be empty"),
    ("^String should have at most", "must have at most"),
    ("^String should match pattern", "must match the pattern"),
    ("a valid tuple", "a list, such as [1920, 1080] for a size"),
    (
        "^Tuple should have at most (\\d+) items after validation, not (\\d+)",
        r"has \2 entries, and \1 are the most",
    ),
    ("^Field required", "lacks an entry"),
)
"""What pydantic says, and what we say."""


def _bound(found: re.Match[str]) -> str:
    return f"{found[2]} or {'more' if found[1] == 'greater' else 'less'}"


def _section(place: KeyPath) -> type[BaseModel]:
    model: type[BaseModel] = Config
    for part in place:
        inner = model.model_fields[str(part)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        model = inner
    return model


def _by_line(problems: list[Problem]) -> list[Problem]:
    """In the order in which somebody reads the files; what stands in none of them first."""
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))


def _once(problems: list[Problem]) -> list[Problem]:
    """Return one problem per place: a value that may be a number or a word fails both ways."""
    merged: dict[tuple[str, int | None], Problem] = {}
    for problem in problems:
        key = problem.key, problem.line
        if key in merged:
            reason = f"{merged[key].reason}, or {problem.reason.removeprefix('must be ')}"
            problem = Problem(problem.key, problem.value, reason, problem.line, problem.file)  # noqa: PLW2901
        merged[key] = problem
    return list(merged.values())
