"""One word, one meaning: a public name of appliance/ stands for one thing."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.support.sources import Source, sources

EVERY_COMMAND_HAS = {"add_arguments", "run"}
"""A command of ``cli`` is a module with these two: one interface, not one name for many things."""
EVERY_MODULE_HAS = {"log"}
"""The module's logger, by convention."""


def definitions(source: Source) -> Iterator[str]:
    """Yield the public names that a file defines at its top, and the name of its module or package."""
    package = source.path.name == "__init__.py"
    module = source.path.parent.name if package else source.path.stem
    if len(source.path.parts) > 1 + package and source.path.parent.name != module:
        yield module
    names: list[str] = []
    for node in source.tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.append(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
            case ast.Assign(targets=targets):
                names += [target.id for target in targets if isinstance(target, ast.Name)]
    command = source.path.parts[:2] == ("appliance", "cli")
    for name in dict.fromkeys(names):
        conventional = name in EVERY_MODULE_HAS or (command and name in EVERY_COMMAND_HAS)
        if not (name.startswith("_") or name == module or conventional):
            yield name


def test_no_public_name_is_defined_twice() -> None:
    """A module may hold the one thing it is named after, and a package the module it is named after.

    A command's module is named after what a user types.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for source in sources("appliance"):
        for name in definitions(source):
            module_of_a_command = source.path.parts[1] == "cli" and name == source.path.stem
            if not module_of_a_command:
                places[name].append(str(source.path))
    twice = {name: files for name, files in places.items() if len(files) > 1}
    assert twice == {}
