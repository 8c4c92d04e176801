"""Modules and functions stay as small as docs/style.md asks."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import Source, sources

MODULE_LINES = 300
FUNCTION_LINES = 40
ROOMS = ("appliance", "models", "tests")


def functions(source: Source) -> dict[str, int]:
    """Return the lines of every function of a file, with its decorators not counted."""
    return {
        f"{source.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_longer_than_300_lines(room: str) -> None:
    lengths = {source.path: len(source.text.splitlines()) for source in sources(room)}
    assert {str(path): lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_no_function_is_longer_than_40_lines(room: str) -> None:
    lengths = {name: lines for source in sources(room) for name, lines in functions(source).items()}
    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_lines_are_counted_from_the_name_to_the_last_statement() -> None:
    text = "@decorator\ndef short():\n    pass\n\nasync def longer():\n    a = (\n    )\n    return a\n"
    found = functions(Source(Path("a.py"), text))
    assert found == {"a.py:2 short": 2, "a.py:5 longer": 4}
