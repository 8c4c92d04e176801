"""Reads ``config.yaml`` and names every problem in it by line, key, value and reason."""

import contextlib
import difflib
import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from appliance.config.schema import Config
from appliance.errors import ConfigError, Problem, UsageError

SYSTEM_CONFIG = Path("/etc/smart-selfie/config.yaml")
LOCAL_CONFIG = Path("config.yaml")
MAX_BYTES = 256 * 1024
"""A configuration is a page of text; anything larger was not meant to be one."""

KeyPath = tuple[str | int, ...]


def find_config() -> Path | None:
    """The file used when none is named: $SMART_SELFIE_CONFIG, /etc, then the current folder."""
    if named := os.environ.get("SMART_SELFIE_CONFIG"):
        return Path(named)
    return next((path for path in (SYSTEM_CONFIG, LOCAL_CONFIG) if path.exists()), None)


def load_config(path: Path | None, overrides: Sequence[tuple[str, Any]] = ()) -> Config:
    """The configuration in ``path`` (defaults when None) with ``overrides`` merged before validation.

    A file beside it (see :func:`override_of`) is laid over it first. ``overrides`` are pairs of dotted key
    and value, as :func:`parse_override` gives. Raises ConfigError with every problem, never only the first.
    """
    name = str(path) if path else ""
    data, lines = _read(path) if path else ({}, {})
    beside = override_of(path) if path else None
    files: dict[KeyPath, str] = {}
    if beside is not None and beside.exists():
        over, over_lines = _read(beside)
        _lay_over(data, over)
        lines |= over_lines
        files = dict.fromkeys(over_lines, str(beside))
    for key, value in overrides:
        _merge(data, key, value)
        lines = {
            place: line
            for place, line in lines.items()
            if place[: key.count(".") + 1] != tuple(key.split("."))
        }
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        problems = [_problem(item, lines, files, name) for item in error.errors(include_url=False)]
        raise ConfigError(_once(problems)) from None


def override_of(path: Path) -> Path:
    """The file beside ``path`` whose keys win over it: ``config.override.yaml`` for ``config.yaml``."""
    return path.with_name(f"{path.stem}.override{path.suffix}")


def place_of(path: Path, key: str) -> tuple[str, int | None]:
    """File and line in which ``key`` (such as storage.folder) is set, else its section; None: in neither."""
    place: KeyPath = tuple(key.split("."))
    for file in (override_of(path), path):
        with contextlib.suppress(ConfigError):
            lines = _read(file)[1] if file.exists() else {}
            for known in (place, place[:1]):
                if known in lines:
                    return str(file), lines[known]
    return str(path), None


def parse_override(text: str) -> tuple[str, Any]:
    """``rule.min_faces=2`` as ("rule.min_faces", 2); the value is read as YAML. Raises UsageError."""
    key, equals, value = text.partition("=")
    if not equals or not all(key.strip().split(".")):
        raise UsageError(f"--set {text!r} is not of the form key=value", "Example: --set rule.min_faces=2")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UsageError(f"--set {text!r}: the value is not YAML", "Quote it") from error


def _read(path: Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    def refuse(reason: str, line: int | None = None) -> ConfigError:
        return ConfigError([Problem("", None, reason, line, str(path))])

    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file; smart-selfie check --print-default shows a good one") from None
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise refuse(f"is larger than {MAX_BYTES // 1024} kB; this is no configuration")
    try:
        node = yaml.compose(raw.decode(), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise refuse("is not UTF-8 text", raw[: error.start].count(b"\n") + 1) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise refuse(f"is not YAML: {reason}", mark.line + 1 if mark else None) from error
    except RecursionError as error:
        raise refuse("is nested too deeply") from error
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise refuse("must be a list of sections such as 'camera:'", node.start_mark.line + 1)
    problems = list(_structure_problems(node, str(path)))
    if problems:
        raise ConfigError(problems)
    lines: dict[KeyPath, int] = {}
    _note_lines(node, (), lines)
    try:
        data = yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-99-99
        mark = getattr(error, "problem_mark", None)
        raise refuse(
            f"holds a value that cannot be read: {error}".splitlines()[0], mark and mark.line + 1
        ) from error
    return {key: {} if value is None else value for key, value in data.items()}, lines


def _structure_problems(node: yaml.Node, file: str, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Duplicate keys (YAML silently takes the last) and aliases (which can grow without bound)."""
    seen: dict[Hashable, int] = {}
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = str(key.value)
        here = ".".join((*path, name))
        if not isinstance(key, yaml.ScalarNode):
            yield Problem(".".join(path), None, "a key must be a plain word", line, file)
            continue
        if name in seen:
            yield Problem(here, None, f"stands twice, first in line {seen[name]}", line, file)
        seen.setdefault(name, line)
        if name == "<<" or value.start_mark.index < key.start_mark.index:
            yield Problem(here, None, "anchors and merges are not supported here", line, file)
            continue
        yield from _structure_problems(value, file, (*path, name))


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*path, index)] = value.start_mark.line + 1


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


def _problem(
    item: Mapping[str, Any], lines: Mapping[KeyPath, int], files: Mapping[KeyPath, str], file: str
) -> Problem:
    place = _in_file(tuple(item["loc"]), lines)
    value = item["input"]
    if item["type"] == "conflict":
        key = item["ctx"]["key"]
        place, value = (*place, key), None if item["ctx"]["secret"] else value.get(key)
    known = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    line = lines[known] if known is not None else None
    file = files.get(known, file) if known is not None else file
    value = None if isinstance(value, dict) else value
    return Problem(".".join(map(str, place)), value, _reason(item, place), line, file)


def _in_file(loc: KeyPath, lines: Mapping[KeyPath, int]) -> KeyPath:
    """Pydantic's location without the parts that name its own types (``led_pin`` → ``int``)."""
    model: Any = Config
    kept: list[str | int] = []
    for part in loc:
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        if part in fields:
            model = fields[str(part)].annotation
        elif not fields and (*kept, part) not in lines:
            break
        kept.append(part)
    return tuple(kept)


def _reason(item: Mapping[str, Any], place: KeyPath) -> str:
    kind, message = item["type"], str(item["msg"])
    if kind == "extra_forbidden":
        names = list(_section(place[:-1]).model_fields)
        close = difflib.get_close_matches(str(place[-1]), names, 1)
        advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
        return f"there is no such key; {advice}"
    if kind in {"model_type", "model_attributes_type"}:
        return "must be a section with keys of its own"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    message = message.removeprefix("Input ").replace("should be", "must be")
    return message.replace("a valid integer", "a whole number").replace("a valid number", "a number")


def _section(place: KeyPath) -> type[BaseModel]:
    model: type[BaseModel] = Config
    for part in place:
        inner = model.model_fields[str(part)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        model = inner
    return model


def _once(problems: list[Problem]) -> list[Problem]:
    """One entry a place: a value that may be a number or a word fails both ways."""
    merged: dict[tuple[str, int | None], Problem] = {}
    for problem in problems:
        key = problem.key, problem.line
        if key in merged:
            reason = f"{merged[key].reason}, or {problem.reason.removeprefix('must be ')}"
            problem = Problem(problem.key, problem.value, reason, problem.line, problem.file)  # noqa: PLW2901
        merged[key] = problem
    return list(merged.values())
