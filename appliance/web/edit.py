"""One setting changed in the text of a YAML file: no other character is touched.

Nothing is dumped and nothing reformatted: PyYAML says where the setting stands, the text is spliced there,
and the result is read again to see that exactly that setting is another one. So remarks, line ends,
indentation and what others write in between stay as they are, and to take a change back puts the old text in.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from appliance.errors import ConfigError, Problem

ABSENT = object()
UNREADABLE = (
    yaml.YAMLError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
)
"""What PyYAML raises for values that are none, such as 2026-99-99, ``!!bool x`` or a number without end."""

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_LINE_END = re.compile(r"[\n\r\x85\u2028\u2029]|$")
_REMARK = re.compile(r"#[^\n\r\x85\u2028\u2029]*")
_INDENT = "  "
_NULL = "tag:yaml.org,2002:null"

Values = dict[tuple[str, str], Any]


class ChangedSinceError(ConfigError):
    """What is to be taken back is no longer there: somebody else has changed it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What one change did: for ``old``, ``lead``, ``own`` (from the key to its value's end) and ``tail``."""

    key: str
    old: str
    lead: str
    own: str
    tail: str
    before: Any
    """The value, or :data:`ABSENT`."""


def put(text: str, key: str, value: Any) -> tuple[str, Edit]:
    """``text`` with the setting ``key`` (such as rule.mode) at ``value``.

    Raises ConfigError, which names no file, when ``text`` is not settings in sections, or when this would
    change anything else.
    """
    values = _values(text)
    section, _, name = key.partition(".")
    before = values.get((section, name), ABSENT)
    start, edit = _splice(text, key, _written(key, value), before, repr(before) == repr(value))
    changed = text[:start] + edit.lead + edit.own + edit.tail + text[start + len(edit.old) :]
    if not _reads(changed, {**values, (section, name): value}):
        raise ConfigError([Problem(key, None, "cannot be changed here without harm; change it in the file")])
    return changed, edit


def take_back(text: str, edit: Edit) -> str:
    """``text``, which may have got other changes since, without this one.

    Raises ChangedSinceError when the setting is no longer as ``edit`` left it, ConfigError as :func:`put`.
    """
    values = _values(text)
    section, _, name = edit.key.partition(".")
    place = _Places(text).of(section, name)
    if place is None or text[place[0] : place[1]] != edit.own:
        raise ChangedSinceError(
            [Problem(edit.key, None, "was changed by somebody else since, and stays as it is now")]
        )
    wanted = {**values, (section, name): edit.before}
    if edit.before is ABSENT:
        del wanted[section, name]
    for result in _without(text, place, edit):
        if _reads(result, wanted):
            return result
    raise ChangedSinceError(
        [Problem(edit.key, None, "cannot be taken back: the lines around it were changed since")]
    )


def has_alias(text: str) -> bool:
    """Whether one value stands for another: a few such lines can stand for billions. Raises YAMLError."""
    return "*" in text and any(
        isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)
    )


def _without(text: str, place: tuple[int, int], edit: Edit) -> list[str]:
    """What may be the text before ``edit``, the best first."""
    start, end = place
    first, last = start - len(edit.lead), end + len(edit.tail)
    results = []
    in_line = bool(edit.tail) or not _BREAK.search(edit.lead)
    alone = in_line or not text[last : _line_end(text, last)].strip()
    if first >= 0 and text[first:last] == edit.lead + edit.own + edit.tail and (edit.old or alone):
        results.append(text[:first] + edit.old + text[last:])
    if edit.before is ABSENT:
        results.append(_cut(text, start, end))
    return results


def _cut(text: str, start: int, end: int) -> str:
    """Without this piece, and without its line when nothing else stands there."""
    line_start = max((one.end() for one in _BREAK.finditer(text, 0, start)), default=0)
    line_end = _line_end(text, end)
    if text[line_start:start].strip() or text[end:line_end].strip():
        return text[:start] + text[end:]
    after = _BREAK.match(text, line_end)
    return text[:line_start] + text[after.end() if after else line_end :]


def _splice(text: str, key: str, written: str, before: Any, same: bool) -> tuple[int, Edit]:
    """Where the text is to be changed, and how."""
    places = _Places(text)
    section, _, name = key.partition(".")
    place = places.of(section, name)
    if place is None:
        start, old, lead, tail = places.gap(section)
        return start, Edit(key, old, lead, f"{_written(key, name)}: {written}", tail, before)
    start, end = place
    old = text[start:end]
    if same:  # however it is written
        return start, Edit(key, old, "", old, "", before)
    lead, head = places.head(section, name)
    return start, Edit(key, old, lead, head + written, "", before)


class _Places:
    """Where sections and settings stand in ``text``, which is YAML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root = _composed(text)
        found = _BREAK.search(text)
        self._newline = found[0] if found else "\n"

    def of(self, section: str, name: str) -> tuple[int, int] | None:
        """From a key to the end of its value, None if there is none."""
        entry = _entry(_entry(self._root, section)[1], name)
        return (entry[0].start_mark.index, _end(self._text, entry)) if entry[0] else None

    def head(self, section: str, name: str) -> tuple[str, str]:
        """What stands before a new value: the remarks inside the old one, a line each, and its key."""
        key, value = _entry(_entry(self._root, section)[1], name)
        start, end = key.start_mark.index, key.end_mark.index
        head = self._text[start : value.start_mark.index]
        if value.start_mark.index == value.end_mark.index or _BREAK.search(head):
            head = self._text[start:end] + ": "
        new_line = self._newline + " " * key.start_mark.column
        remarks = _remarks(self._text, start, _end(self._text, (key, value)))
        return "".join(remark.rstrip() + new_line for remark in remarks), head

    def gap(self, section: str) -> tuple[int, str, str, str]:
        """Where a new setting goes: the place, what stands there now, and what comes before and after it."""
        entry = _entry(self._root, section)
        key, value = entry
        if value is None:
            return self._gap_for_section(section)
        if isinstance(value, yaml.MappingNode):
            if value.flow_style:
                return self._gap_in_braces(value)
            end = _line_end(self._text, _end(self._text, entry))
            return end, "", self._newline + " " * value.value[0][0].start_mark.column, ""
        if value.tag != _NULL:
            line = key.start_mark.line + 1
            raise ConfigError([Problem(section, None, "must be a section with keys of its own", line)])
        start, end = value.start_mark.index, value.end_mark.index
        in_braces = self._root is not None and self._root.flow_style
        if start == end and not in_braces:  # its keys are all remarks
            return _line_end(self._text, end), "", self._newline + self._inner(key.start_mark.column), ""
        return start, self._text[start:end], " {" if start == end else "{", "}"

    def _gap_in_braces(self, node: yaml.MappingNode) -> tuple[int, str, str, str]:
        if node.value:
            return _end(self._text, node.value[-1]), "", ", ", ""
        return node.start_mark.index + self._text[node.start_mark.index :].index("{") + 1, "", "", ""

    def _gap_for_section(self, section: str) -> tuple[int, str, str, str]:
        """At the end: what stands there as remarks may belong to the section before."""
        root, newline, name = self._root, self._newline, _written(section, section)
        if root is not None and root.flow_style:
            at, old, lead, _ = self._gap_in_braces(root)
            return at, old, f"{lead}{name}: {{", "}"
        column = root.start_mark.column if root else 0
        at = root.end_mark.index if root else len(self._text)
        above = self._text[:at].lstrip("\ufeff")
        lead = "" if not above else newline if _BREAK.fullmatch(above[-1]) else newline * 2
        return at, "", f"{lead}{' ' * column}{name}:{newline}{self._inner(column)}", newline

    def _inner(self, column: int) -> str:
        """How the keys of a section in ``column`` are indented: as elsewhere in the file."""
        for _, value in self._root.value if self._root else ():
            if isinstance(value, yaml.MappingNode) and not value.flow_style:
                return " " * int(value.value[0][0].start_mark.column)
        return " " * column + _INDENT


_Entry = tuple[Any, Any]
_NOTHING: _Entry = (None, None)


def _entry(node: Any, name: str) -> _Entry:
    """Key and value of ``name`` in a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((pair for pair in pairs if pair[0].value == name), _NOTHING)


def _end(text: str, entry: _Entry) -> int:
    """Where the value ends. PyYAML's mark of a block stands further down, at whatever comes next."""
    node = entry[1]
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return len(text[: node.end_mark.index].rstrip())


def _line_end(text: str, start: int) -> int:
    found = _LINE_END.search(text, start)
    return found.start() if found else len(text)


def _remarks(text: str, start: int, end: int) -> list[str]:
    """The remarks between two places: what is no part of any token."""
    found: list[str] = []
    at = start
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if token.start_mark.index > end:
            break
        found += _REMARK.findall(text[at : token.start_mark.index])
        at = max(at, token.end_mark.index)
    return found


def _composed(text: str) -> yaml.MappingNode | None:
    try:
        if has_alias(text):
            raise ConfigError([Problem("", None, "anchors and merges are not supported here")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ConfigError([Problem("", None, f"is not YAML: {reason}", mark and mark.line + 1)]) from None
    except RecursionError:
        raise ConfigError([Problem("", None, "is nested too deeply")]) from None
    if node is None or isinstance(node, yaml.MappingNode):
        return node
    line = node.start_mark.line + 1
    raise ConfigError([Problem("", None, "must be a list of sections such as 'camera:'", line)])


def _values(text: str) -> Values:
    """Every setting of every section. Raises ConfigError."""
    root = _composed(text)
    values: Values = {}
    for section, inside in root.value if root else ():
        if isinstance(inside, yaml.MappingNode):
            for name, value in inside.value:
                place = str(section.value), str(name.value)
                values[place] = _value(".".join(place), value)
        elif inside.tag != _NULL:
            values[str(section.value), ""] = _value(str(section.value), inside)
    return values


def _value(key: str, node: yaml.Node) -> Any:
    try:
        return yaml.SafeLoader("").construct_document(node)
    except UNREADABLE as error:
        reason = f"holds a value that cannot be read: {error}".splitlines()[0]
        raise ConfigError([Problem(key, None, reason, node.start_mark.line + 1)]) from None


def _reads(text: str, values: Values) -> bool:
    """Whether ``text`` says just this."""
    try:
        found = _values(text)
        return {key: repr(value) for key, value in found.items()} == {
            key: repr(value) for key, value in values.items()
        }
    except (ConfigError, RecursionError):
        return False


class _Line(yaml.SafeDumper):
    """Everything on one line, and quoted where the program would read it as something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _word(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Line.add_representer(str, _word)


def _written(key: str, value: Any) -> str:
    """``value`` as it is written into the file. Raises ConfigError."""
    try:
        text: str = yaml.dump(
            value,
            Dumper=_Line,
            default_flow_style=True,
            width=1 << 30,
            allow_unicode=True,
            sort_keys=False,
        )
    except UNREADABLE:
        raise ConfigError([Problem(key, None, "cannot be written into the file")]) from None
    return text.removesuffix("\n").removesuffix("\n...")
