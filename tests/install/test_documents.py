"""What the documents tell people to type is there, and does what it should."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.cli.parser import COMMANDS, parse_arguments
from tests.support.sources import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUNNABLE = re.compile(r"<!-- runnable -->\n```sh\n(.*?)```", re.DOTALL)
QUOTED = re.compile(r"`((?:sudo |scripts/)?smart-selfie [^`]+)`")
STANDS_FOR = {
    "FILE...": "a.jpg",
    "FILE": "a.jpg",
    "FILE.avi": "a.avi",
    "SOURCE": "a.mp4",
    "STATE": "armed",
    "SEARCH": "90",
    "FACE": "6",
    "[config.yaml]": "config.yaml",
    "OUT.png": "out.png",
    "OUT.webm": "out.webm",
    "key=value": "rule.min_faces=2",
}
"""What a reader puts in the place of these words."""


PROGRAM = re.compile(r"(?:sudo |scripts/)?smart-selfie ")


def lines() -> Iterator[str]:
    """Every command with the appliance's name that a document quotes or shows in a block."""
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        yield from QUOTED.findall(text)
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            yield from filter(PROGRAM.match, block.splitlines())


def typed(line: str) -> list[str]:
    """Return the arguments of ``line`` as somebody would type them."""
    told = re.sub(r"\[?\b(\w+)(\|\w+)+\]?", r"\1", line.replace("\\|", "|"))  # of several words the first
    told = re.sub(r"\[(--[^\]]+)\]", r"\1", told.partition("smart-selfie ")[2])
    words = [STANDS_FOR.get(word, word) for word in shlex.split(told, comments=True)]
    end = next((number for number, word in enumerate(words) if word.startswith(">")), len(words))
    return words[:end]


@pytest.mark.parametrize("line", sorted(set(lines())))
def test_every_command_in_the_documents_is_understood(line: str) -> None:
    words = typed(line)
    if len(words) == 1:  # only its name, not how it is typed
        assert words[0] in COMMANDS
    else:
        parse_arguments(words)


def test_every_script_in_the_documents_is_there() -> None:
    texts = [document.read_text("utf-8") for document in DOCUMENTS]
    told = {name for text in texts for name in re.findall(r"\bscripts/[\w-]+", text)}
    assert [name for name in sorted(told) if not os.access(ROOT / name, os.X_OK)] == []


@pytest.mark.slow
def test_what_is_marked_runnable_can_be_typed_in_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name, command in (("smart-selfie", ""), ("demo", "demo")):
        script = tmp_path / "scripts" / name  # without the set-up, which needs the network
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m appliance {command} "$@"\n')
        script.chmod(0o755)
    blocks = RUNNABLE.findall("".join(document.read_text("utf-8") for document in DOCUMENTS))
    assert len(blocks) >= 2
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(blocks)],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "would be taken" in done.stdout
    assert "mine.yaml: good" in done.stdout
    assert (tmp_path / "replayed.webm").stat().st_size > 0
