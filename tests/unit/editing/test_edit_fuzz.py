"""Random damage to a config.yaml: an edit of what is left changes one setting, or is refused in words."""

import random
import re
from typing import Any

import pytest
import yaml

from appliance.config.template import render
from appliance.editing.edit import ABSENT, put
from appliance.errors import ConfigError

TEXTS = [
    "\n\n".join(render().split("\n\n")[:4]),
    "# ours\nrule:\n  min_faces: 1  # us two\n  mode: button\n\n# Photos.\nstorage:\n  quality: 90\n",
    "\ufeffrule:\r\n    mode:   button   # ours\r\n    expression: [happy, sad]\r\nfaces: {}\r\n",
    "rule:\n  expression:\n    # of course\n    - happy  # always\n    - sad\n  # party\n  mode: button\n",
    "---\nrule: {mode:   button, min_faces: 2} # short\nfaces:\nstorage: ~\n...\n# the end\n",
    "rule:\n  who:\n    at_least: 3  # of us\n  'mode': \"button\"\n  min_faces:   010\nfaces:\n  # none\n",
    "  rule:\n    mode: |\n      button\n    who: >-\n      every\n  faces:\n    min_size: # px\n      40",
    "{rule: {mode: button}, # first\n faces: {min_size: 48}}\n",
]
PIECES = (
    *"#{}[],:-?&*!|>'\"%@`~\t\n\r\x85\u2028\xa0\ufeff0é",
    *(
        " # c",
        "\n# c\n",
        "\r\n",
        ": ",
        ", ",
        "- ",
        "? ",
        " &a",
        " *a",
        "!!int ",
        "|\n",
        ">-\n",
        "...\n",
        "---\n",
    ),
    *(
        "    ",
        "\n  ",
        "<<: ",
        "mode: x",
        "\nrule:\n",
        "rule: ",
        "'#'",
        '"#"',
        "\\",
        "null",
        "{}",
        "[]",
        "1e999",
    ),
)
KEYS = [
    "rule.mode",
    "rule.min_faces",
    "rule.expression",
    "rule.who",
    "faces.min_size",
    "storage.quality",
    "web.port",
]
VALUES: list[Any] = [
    *("button", "always_armed", "ON", "# no comment", "it's: so", "ü", "a\nb", "\u2028", "", "~", "1", " x "),
    *(
        1,
        0,
        -7,
        2.5,
        1e-5,
        True,
        False,
        None,
        ["happy", "sad"],
        [],
        {"at_least": 2},
        {},
        [[640, 360], {"a": "}"}],
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "files", [150, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)
def test_an_edit_of_a_damaged_file_changes_one_setting_or_is_refused(files: int) -> None:
    chance = random.Random(files)
    edits = 0
    for _ in range(files):
        text = damaged(chance)
        for _ in range(2):
            key, value = chance.choice(KEYS), chance.choice([*VALUES, ABSENT])
            try:
                changed = put(text, key, value)
            except ConfigError:
                continue
            edits += 1
            check(text, changed, key, value)
            text = changed
    print(f"{files} damaged files, {edits} edits")
    assert edits > files / 4


def damaged(chance: random.Random) -> str:
    """One of the texts with up to four things done to it."""
    text = chance.choice(TEXTS)
    for _ in range(chance.randrange(5)):
        at = chance.randrange(len(text) + 1)
        lines = text.splitlines(keepends=True) or [""]
        line = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0 | 1:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 2:
                text = text[:at] + text[at + chance.randrange(1, 6) :]
            case 3:
                lines[line] = chance.choice(["  ", " ", "\t", "# "]) + lines[line]
                text = "".join(lines)
            case 4:
                lines.insert(chance.randrange(len(lines)), lines.pop(line))
                text = "".join(lines)
            case 5:
                text = text.replace("\n", chance.choice(["\n", "\r\n", "\r", "\n\n"]))
    return text


def check(before: str, after: str, key: str, value: Any) -> None:
    """Two other readers see this one change, and every comment is where it was."""
    assert comments(after) == comments(before), (before, after)
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        try:
            old = yaml.load(before, loader)
        except yaml.YAMLError:  # libyaml takes less than PyYAML
            assert loader is yaml.CSafeLoader
            continue
        new = yaml.load(after, loader)
        section, _, name = key.partition(".")
        wanted = {name: inside or {} for name, inside in (old or {}).items()}
        inside = dict(wanted.get(section, {}))
        wanted[section] = {**inside, name: value}
        if value is ABSENT:
            del wanted[section][name]
        found = {name: inside or {} for name, inside in new.items()} if new else {}
        found.setdefault(section, {})
        assert repr(found) == repr(wanted), (loader, before, after, key, value)


def comments(text: str) -> list[str]:
    """All comments: what begins with # between two tokens."""
    found: list[str] = []
    at = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        found += re.findall(r"#[^\n\r\x85\u2028\u2029]*", text[at : token.start_mark.index])
        at = max(at, token.end_mark.index)
    return found + re.findall(r"#[^\n\r\x85\u2028\u2029]*", text[at:])
