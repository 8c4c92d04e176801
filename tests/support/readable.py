"""What people read, as it stands in the sources: every sentence that a catalogue must have.

Values in a sentence are ``{}`` here, whatever they are called in the catalogue.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from appliance.config import Config
from appliance.light.table import TABLE
from appliance.web.translated import texts_of
from appliance.wording.expressions import NAMES
from appliance.wording.page_words import PAGE_WORDS

APPLIANCE = Path(__file__).parents[2] / "appliance"
STATIC = APPLIANCE / "web" / "static"
MODULES = ("doctor/*.py", "config/*.py", "config/schema/*.py", "cli/doctor.py", "wording/verdict.py")
"""Where every string with a blank in it is read by people, but what IGNORED names."""
IGNORED_MODULES = {"config/template.py", "config/live.py", "doctor/versions.py"}
RAISERS = ("hw/cameras/__init__.py", "hw/cameras/p*2.py", "hw/cameras/pi_tuning.py", "hw/cameras/webcam.py",
           "hw/cameras/raw.py", "hw/gpio.py", "imaging/haar.py", "inference/*.py", "storage/durable.py",
           "system/hotspot.py")  # fmt: skip
"""Whose errors doctor or a command of the owner tells."""
_ERRORS = {"HTTPException", "ConfigError", "Problem", "conflict"}
_VALUE = re.compile(r"{\w*}")


def shape(template: str) -> str:
    """Return ``template`` with the names of its values left out."""
    return _VALUE.sub("{}", template)


def of_html() -> set[str]:
    """Texts of the pages."""
    return {text for path in STATIC.glob("*.html") for text in texts_of(path.read_text("utf-8"))}


def of_scripts() -> set[str]:
    """String literals of the page's scripts with a capital or a blank, without what a program reads."""
    found: set[str] = set()
    for path in STATIC.glob("*.js"):
        code = re.sub(r"^\s*(//|/?\*).*$|(?<=[;{,)]) // .*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        for double, back in re.findall(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`', code):
            text = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "{}", double or back)
            if _is_read(text):
                found.add(text)
    return found


def _is_read(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", _VALUE.sub("", text))
    technical = re.search(r"[/<>=#;\[\]|_]|\bpx\b|^[a-z-]+( [a-z-]+)?$|^[.#(]|^[A-Z]{2,}$|--", text)
    camel = re.fullmatch(r"[A-Za-z]*[a-z][A-Z][A-Za-z]*", text)
    return bool(words) and not technical and not camel and (" " in text or text[:1].isupper())


def of_tables() -> set[str]:
    """Words of the light, the expressions and the page's scripts."""
    rows = {text for row in TABLE.values() for text in (row.title, row.seen, row.meaning)}
    return rows | set(NAMES.values()) | set(PAGE_WORDS.values())


def of_settings() -> set[str]:
    """Descriptions of all sections and settings that the page shows."""
    found = set()
    for name, field in Config.model_fields.items():
        section = field.annotation
        if name == "web" or not isinstance(section, type):
            continue
        found.add((section.__doc__ or "").partition("\n\n")[0])
        for setting in section.model_fields.values():
            found |= {text for text in (setting.description, setting.title) if text}
    return found


def of_modules() -> set[str]:
    """Strings of doctor, check and the verdict."""
    found: set[str] = set()
    for glob in MODULES:
        for path in APPLIANCE.glob(glob):
            if str(path.relative_to(APPLIANCE)) not in IGNORED_MODULES:
                found |= {text for text in _strings(ast.parse(path.read_text("utf-8"))) if _is_said(text)}
    return found


def of_routes() -> set[str]:
    """Refusals of the page's server."""
    found: set[str] = set()
    for path in APPLIANCE.glob("web/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _ERRORS | {"ApplianceError", "FeedError"}:
                for argument in node.args:
                    found |= {text for text in _strings(argument) if _is_said(text)}
    return found


def of_errors() -> set[str]:
    """What errors say that doctor tells: their strings, and the pairs of words in ``durable``."""
    found: set[str] = set()
    for glob in RAISERS:
        for path in APPLIANCE.glob(glob):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                told = isinstance(node, ast.Call) and _name(node.func).endswith("Error")
                pair = isinstance(node, ast.Tuple) and "StorageError" in ast.dump(node)
                if told or pair:
                    found |= {text for text in _strings(node) if _is_said(text)}
    return found


def _is_said(text: str) -> bool:
    return " " in text.strip() and re.search("[A-Za-z]{2}", _VALUE.sub("", text)) is not None


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield every string and f-string in ``tree`` that is no docstring, pattern or description of a field."""
    skipped = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            skipped |= {id(child) for child in ast.iter_child_nodes(node)}
            continue
        body = getattr(node, "body", None)
        if isinstance(body, list):
            skipped |= {
                id(one) for one in body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            }
        if isinstance(node, ast.Call) and (
            _name(node.func) in {"compile", "add_argument", "Field", "sub", "add_parser"}
        ):
            skipped |= {id(child) for child in ast.iter_child_nodes(node)}
        elif isinstance(node, ast.JoinedStr):
            skipped |= {id(child) for child in ast.iter_child_nodes(node)}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield shape(node.value)


def everything() -> set[str]:
    """Every sentence, shaped."""
    found = of_html() | of_scripts() | of_tables() | of_settings() | of_modules() | of_routes() | of_errors()
    return {shape(" ".join(text.split())) for text in found if re.search("[A-Za-z]{2}", text)}
