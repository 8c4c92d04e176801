"""Parser of YAML text into plain values with the line of each; reports everything invalid with its line.

PyYAML alone does not suffice: an invalid value raises any exception of Python's, aliases let a page of text
grow without bound, and of two equal keys the last one wins silently.
"""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.reader import ReaderError

from appliance.errors import ConfigError, Problem

MOST_LEVELS = 20
"""Settings are nested four levels deep; deeper nesting must not exhaust Python's stack."""
MOST_CHARACTERS = 100
"""Characters of a number. Python needs minutes for some long ones, and refuses to show others."""

KeyPath = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_STR = f"{_TAG}str"
_ALIAS = "alias"
_KINDS = {
    _STR: "text",
    f"{_TAG}null": "nothing",
    f"{_TAG}bool": "true or false",
    f"{_TAG}int": "a whole number",
    f"{_TAG}float": "a number",
    f"{_TAG}timestamp": "a date",
}
_HALF = re.compile(r"[\ud800-\udfff]")
"""A lone surrogate, which YAML's escapes can make: neither text nor a name."""
_ODD_NUMBER = re.compile(r"[-+]?(0[0-9_]+|[0-9_]+(:[0-9_]+)+)")
"""Whole numbers of YAML 1.1 that people read otherwise: 036 is 30 and 1:30 is 90."""
_AS_READ = "is how YAML reads what stands there"
_NO_ALIAS = "anchors and merges are not supported here"


def parse_yaml(text: str, file: str = "") -> tuple[Any, dict[KeyPath, int]]:
    """Return the value of ``text``, and the line of each key and list entry; the whole has the key ().

    Text without a value gives None and no lines. The time is proportional to ``text``. Raises ConfigError
    with every value that cannot be read; the message shows none of them: it may be a password.
    """
    try:
        loader = _Loader(text)
    except ReaderError as error:
        reason = f"holds the character U+{ord(text[error.position]):04X}, which YAML forbids; delete it"
        raise _refused(reason, text.count("\n", 0, error.position), file) from None
    node = _compose(loader, file)
    if node is None:
        return None, {}
    walk = _Walk(loader, file)
    walk.enter(node, (), node)
    if walk.problems:
        raise ConfigError(walk.problems)
    return loader.construct_document(node), walk.lines


def odd_numbers(text: str, file: str = "") -> list[Problem]:
    """Return whole numbers that YAML reads otherwise than people do. Raises ConfigError."""
    loader = _Loader(text)
    node = _compose(loader, file)
    if node is None:
        return []
    walk = _Walk(loader, file)
    walk.enter(node, (), node)
    return [
        Problem(
            ".".join(map(str, path)), value, "is how YAML reads what stands there", walk.lines[path], file
        )
        for path, value in walk.odd.items()
    ]


class _Loader(yaml.SafeLoader):
    """Loader that keeps aliases as leaves and limits nesting: the result is never larger than its text."""

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return yaml.ScalarNode(_ALIAS, "", event.start_mark, event.end_mark)
        if self._level > MOST_LEVELS:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, "nested too deeply", mark)
        self.anchors.clear()  # nothing refers to them: two of a name do no harm
        self._level += 1
        node = super().compose_node(parent, index)
        self._level -= 1
        return node


def _compose(loader: _Loader, file: str) -> yaml.Node | None:
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        reason = re.sub(
            "(tag handle) .*", r"\1", error.problem or "it cannot be read"
        )  # of a password, perhaps
        if r"'\t'" in reason:
            reason = "has a tab in front of something; YAML wants blanks"
            raise _refused(reason, mark.line, file) from None
        raise _refused(f"is not YAML: {reason}", mark.line, file) from None
    except (ValueError, OverflowError):  # "\UFFFFFFFF"
        raise _refused("is not YAML: an escape names no character", loader.line, file) from None


def _refused(reason: str, line: int, file: str) -> ConfigError:
    return ConfigError([Problem("", None, reason, line + 1, file)])


class _Walk:
    """Walk through all nodes that records their lines and problems."""

    def __init__(self, loader: _Loader, file: str) -> None:
        self._loader = loader
        self._file = file
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self.odd: dict[KeyPath, int] = {}

    def enter(self, node: yaml.Node, path: KeyPath, at: yaml.Node) -> None:
        """Enter ``node``, the value of ``path``, which begins ``at`` its key."""
        self.lines[path] = at.start_mark.line + 1
        reason = self._fault(node, path)
        if reason is not None:
            self._problem(path, reason, at)
        elif isinstance(node, yaml.MappingNode):
            self._enter_keys(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self.enter(value, (*path, index), value)

    def _enter_keys(self, node: yaml.MappingNode, path: KeyPath) -> None:
        seen: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(path, "a key must be a plain word", key)
                continue
            here = (*path, key.value)
            if key.value in seen:
                self._problem(here, f"is set twice, first on line {seen[key.value]}", key)
            seen.setdefault(key.value, key.start_mark.line + 1)
            if key.value == "<<" or key.tag == _ALIAS:
                self._problem(here, _NO_ALIAS, key)
            elif key.tag != _STR or _HALF.search(key.value):
                kind = "a lone surrogate" if key.tag == _STR else _KINDS.get(key.tag, "something else")
                self._problem(here, f"a key must be a plain word; YAML reads this one as {kind}", key)
            else:
                self.enter(value, here, key)

    def _problem(self, path: KeyPath, reason: str, at: yaml.Node) -> None:
        key = ".".join(map(str, path)).rstrip(".")
        self.problems.append(Problem(key, None, reason, at.start_mark.line + 1, self._file))

    def _fault(self, node: yaml.Node, path: KeyPath) -> str | None:
        """Return why ``node`` cannot be a value, None if it can; lists and sections without their parts."""
        if node.tag == _ALIAS:
            return _NO_ALIAS
        if isinstance(node, yaml.ScalarNode) and node.tag in _KINDS:
            return self._scalar_fault(node, path)
        plain = {f"{_TAG}map": yaml.MappingNode, f"{_TAG}seq": yaml.SequenceNode}.get(node.tag)
        if plain is None or not isinstance(node, plain):
            return "begins with a tag (!), which is not supported here; put text in quotes"
        return None

    def _scalar_fault(self, node: yaml.ScalarNode, path: KeyPath) -> str | None:
        kind = _KINDS[node.tag]
        if node.tag != _STR and len(node.value) > MOST_CHARACTERS:
            return f"is too long for {kind}; put text in quotes"
        if node.tag == f"{_TAG}timestamp":
            return "is read as a date, which no setting is; put text in quotes"
        try:
            self._loader.construct_object(node)
        except (ValueError, LookupError, ArithmeticError, AttributeError):  # 2026-99-99, !!bool x, !!int ""
            return f"holds a value that cannot be read as {kind}; put text in quotes"
        if node.tag == f"{_TAG}int" and _ODD_NUMBER.fullmatch(node.value):
            self.odd[path] = self._loader.construct_object(node)
        return None
