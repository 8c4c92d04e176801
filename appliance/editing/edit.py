"""Change one setting in the text of a YAML file and keep every other character.

PyYAML's marks give the position of a value. The new text is parsed again: it must hold the old settings with
exactly that one change. Any other case is refused, with the line to edit by hand.
"""

import re
from typing import Any

import yaml

from appliance.config.yaml_text import KeyPath, parse_yaml
from appliance.errors import ConfigError, Problem

ABSENT: Any = object()  # the value of a setting that the text does not hold
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_BLANK_TO_END = re.compile(r"[ \t]*(?:\r\n|[\n\r\x85\u2028\u2029]|\Z)")
_Splice = tuple[int, int, str]
"""Start and end of what is replaced, and the text that replaces it."""


def sections(text: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """Return the settings by section, {} for an empty one, and the line of each key. Raises ConfigError."""
    values, lines = parse_yaml(text)
    if "\ufeff" in text[1:]:  # which YAML readers do not agree about
        raise ConfigError([Problem("", None, "has a byte order mark inside; delete it")])
    if lines and not isinstance(values, dict):
        raise ConfigError([Problem("", None, "must be a list of sections such as 'camera:'", lines[()])])
    return {name: {} if inside is None else inside for name, inside in (values or {}).items()}, lines


def put(text: str, key: str, value: Any) -> str:
    """Return ``text`` with the setting ``key`` (such as rule.mode) at ``value``, without it if ABSENT.

    Raises ConfigError, which names no file, where ``text`` holds no sections or anything else would change.
    """
    values, lines = sections(text)
    section, _, name = key.partition(".")
    inside = values.get(section, {})
    if not isinstance(inside, dict):
        raise ConfigError([Problem(section, None, "must be a section with keys of its own", lines[section,])])
    try:
        if repr(inside.get(name, ABSENT)) == repr(value):  # however it is written
            return text
        wanted = {k: v for k, v in {**inside, name: value}.items() if v is not ABSENT}
        start, end, new = _splice(text, section, name, value)
        changed = text[:start] + new + text[end:]
        if repr(sections(changed)[0]) == repr({**values, section: wanted}):
            return changed
    except (ConfigError, yaml.YAMLError, ValueError, RecursionError):
        pass  # the text would be no YAML any more, or the value cannot be written
    line = lines.get((section, name), lines.get((section,)))
    place = "the file" if line is None else f"line {line}"
    reason = f"cannot be changed safely from here; edit {place} by hand"
    raise ConfigError([Problem(key, None, reason, line)])


def _splice(text: str, section: str, name: str, value: Any) -> _Splice:
    """Return the change. Raises ValueError for a comment in the old value, YAMLError for an unusable one."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    inside = _entry(root, section)[1]
    key, old = _entry(inside, name)
    written = "" if value is ABSENT else _on_one_line(value)
    if key is None:
        return _addition(text, root, inside, section, f"{name}: {written}")
    start, end = key.end_mark.index, _end(text, old)
    if "#" in text[start:end] and _BREAK.search(text, start, end):
        raise ValueError("a comment may stand inside")
    if value is ABSENT:
        return _removal(text, key.start_mark.index, end)
    head = text[start : old.start_mark.index]
    return start, end, (": " if old.start_mark.index >= end or _BREAK.search(head) else head) + written


def _removal(text: str, start: int, end: int) -> _Splice:
    """Return the removal of the value, with its line if that holds nothing else."""
    before, after = text[:start].rstrip(" \t"), _BLANK_TO_END.match(text, end)
    return (len(before), after.end(), "") if after and _BREAK.fullmatch(before[-1:]) else (start, end, "")


def _addition(text: str, root: Any, inside: Any, section: str, entry: str) -> _Splice:
    """Return the insertion at the end of the section, or of the text if the section is missing."""
    if isinstance(inside, yaml.MappingNode) and inside.flow_style:
        at = _end(text, inside.value[-1][1]) if inside.value else inside.start_mark.index + 1
        return at, at, ", " * bool(inside.value) + entry
    newline = (_BREAK.search(text) or ["\n"])[0]
    margin = root.start_mark.column if root else 0
    nodes = [inside, *(value for _, value in root.value)] if root else []
    alike = (node for node in nodes if isinstance(node, yaml.MappingNode) and node.value)
    columns = (node.value[0][0].start_mark.column for node in alike)
    line = " " * next(columns, margin + 2) + entry
    if inside is not None:
        found = _BREAK.search(text, _end(text, inside))
        at = found.start() if found else len(text)
        return at, at, newline + line
    at = root.end_mark.index if root else len(text)
    above = text[:at].lstrip("\ufeff")[-1:]
    gap = newline * (2 - bool(_BREAK.fullmatch(above))) if above else ""
    return at, at, f"{gap}{' ' * margin}{section}:{newline}{line}{newline}"


def _entry(node: Any, name: str) -> tuple[Any, Any]:
    """Return the nodes of key and value of ``name`` in a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((pair for pair in pairs if pair[0].value == name), (None, None))


def _end(text: str, node: Any) -> int:
    """Return the end of a value. PyYAML's mark of a block lies further down, at the next token."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return len(text[: node.end_mark.index].rstrip(" \t\r\n\x85\u2028\u2029"))


def _on_one_line(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, default_flow_style=True, width=1 << 30, allow_unicode=True, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")
