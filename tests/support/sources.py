"""The project's Python files and their trees, for the tests of how they are arranged."""

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """A Python file. ``path`` is relative to the top of the project."""

    path: Path
    text: str

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))


@functools.cache
def sources(folder: str) -> tuple[Source, ...]:
    """Return every Python file below ``folder``, in the order of their paths."""
    files = sorted((ROOT / folder).rglob("*.py"))
    return tuple(Source(file.relative_to(ROOT), file.read_text("utf-8")) for file in files)
