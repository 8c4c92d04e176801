"""How tests are arranged: each reads on its own, and knows the product by what is public."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import Source, sources

IMPORTS: set[str] = set()
"""Imports from another test module that are still there. Only ever shorter."""

PRIVATES: set[str] = set()
"""Uses of the product's private names that are still there. Only ever shorter."""


def imports(source: Source) -> Iterator[str]:
    """Yield the modules of tests that a file imports; a conftest gives fixtures without an import."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            whole = [alias.name for alias in node.names]
        else:
            continue
        for module in whole:
            name = module.rpartition(".")[2]
            if module.startswith("tests.") and (name.startswith("test_") or name == "conftest"):
                yield module


def own_names(tree: ast.Module) -> set[str]:
    """Return every name that a file defines or assigns itself, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def privates(source: Source) -> Iterator[str]:
    """Yield the private names of the product that a file uses: as an attribute, an import or in a patch."""
    own = own_names(source.tree)
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os" | "sys" | "signal")):
                continue
            case ast.Attribute(attr=name) if is_private(name) and name not in own:
                yield name
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("appliance"):
                yield from (alias.name for alias in names if is_private(alias.name))
            case (
                ast.Call(func=ast.Attribute(attr="setattr" | "delattr"), args=[*arguments])
                | ast.Call(func=ast.Name(id="setattr" | "getattr" | "delattr" | "hasattr"), args=[*arguments])
            ):
                for argument in arguments[:2]:
                    match argument:
                        case ast.Constant(value=str(text)) if is_private(text.rpartition(".")[2]):
                            yield text


@pytest.mark.slow
def test_no_test_imports_from_another_test() -> None:
    """Shared fixtures stand in a conftest, shared code in tests/support."""
    found = {f"{source.path}: {module}" for source in sources("tests") for module in imports(source)}
    assert sorted(found) == sorted(IMPORTS)


@pytest.mark.slow
def test_no_test_touches_a_private_of_the_product() -> None:
    found = {
        f"{source.path}: {name}"
        for source in sources("tests")
        if not source.path.is_relative_to("tests/machine")
        for name in privates(source)
    }
    assert sorted(found) == sorted(PRIVATES)


@pytest.mark.parametrize(
    "text",
    [
        "daemon._heard(1)",
        "from appliance.daemon import _heard",
        'monkeypatch.setattr(daemon, "_heard", None)',
        'monkeypatch.setattr("appliance.daemon._heard", None)',
        'getattr(daemon, "_heard")',
    ],
)
def test_a_private_is_noticed_in_every_form(text: str) -> None:
    assert len(list(privates(Source(Path("a.py"), text)))) == 1


@pytest.mark.parametrize("text", ["self._mine = 1\nother._mine", "os._exit(1)", "x.__class__", "_, y = f()"])
def test_what_is_not_the_product_s_private_is_left_alone(text: str) -> None:
    assert not list(privates(Source(Path("a.py"), text)))


@pytest.mark.parametrize(
    "text", ["from tests.unit.test_a import b", "from tests.unit import test_a", "import tests.a.test_b"]
)
def test_an_import_from_a_test_is_noticed_in_every_form(text: str) -> None:
    assert len(list(imports(Source(Path("a.py"), text)))) == 1
