"""Renders the shipped ``config.yaml``, and a page about it, from the schema: they cannot drift apart."""

import textwrap
from collections.abc import Iterator
from typing import Any

import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from appliance.config.schema import Config, Who

HEADER = """\
# Settings of the smart selfie appliance. Every key may be left out: it then has the value shown here.
# `smart-selfie check config.yaml` reports mistakes in this file before the appliance reads it.
"""
TABLE_HEADER = """\
# Settings

On a Pi they are in `/etc/smart-selfie/config.yaml`. Change one with
`sudo nano /etc/smart-selfie/config.yaml`: it is in force as soon as the file is saved. `smart-selfie check`
reports mistakes by line, key, value and reason; until they are fixed the last good settings stay in use, and
the light shows it (one long blink, four short).

Every key may be left out. This page is made by `smart-selfie check --print-table`.
"""
BEYOND = (
    "smart-selfie check knows more: conditions between keys (max_faces and min_faces, pins used twice, what "
    "needs mode: button or a password), that 3.0 is not a whole number and .nan not a number, keys set "
    "twice, anchors, tags, and the length of web.socket in bytes."
)
BOUNDS = {Ge: ("ge", "{} or more"), Gt: ("gt", "above {}"), Le: ("le", "at most {}"), Lt: ("lt", "below {}")}


def render() -> str:
    """Return the whole file."""
    return HEADER + "".join(_section(name, field) for name, field in Config.model_fields.items())


def settings_table() -> str:
    """Return ``docs/settings.md``: every setting with default, description and range, by section."""
    return TABLE_HEADER + "".join(_table(name, field) for name, field in Config.model_fields.items())


def json_schema() -> dict[str, Any]:
    """Return the settings as a JSON Schema (2020-12), with which editors check and complete the file.

    It cannot express everything (:data:`BEYOND`): ``check`` may refuse a file that an editor accepts.
    """
    schema = Config.model_json_schema(mode="validation")
    for section in schema["properties"].values():
        section["anyOf"] = [{"$ref": section.pop("$ref")}, {"type": "null"}]  # all its keys left out
    for section in schema["$defs"].values():
        for key in section.get("properties", {}).values():
            if key.get("default") == {}:
                key["default"] = "everyone"
            if "see" in key:
                key["description"] = _described(key["description"], key.pop("see"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": BEYOND, **schema}


def _section(name: str, field: FieldInfo) -> str:
    words, keys = _parts(field)
    lines = [f"\n# {words}", f"{name}:"]
    for key, default, text in keys:
        lines += [f"  # {line}" for line in textwrap.wrap(text, 100)]
        lines.append(f"  {key}: {default}")
    return "\n".join(lines) + "\n"


def _table(name: str, field: FieldInfo) -> str:
    words, keys = _parts(field)
    lines = [f"\n## {name}", "", words, "", "| key | default | what it is |", "|---|---|---|"]
    lines += [
        f"| `{name}.{key}` | `{default}` | {text.replace('|', '&#124;')} |" for key, default, text in keys
    ]
    return "\n".join(lines) + "\n"


def _parts(field: FieldInfo) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the description of a section, and name, default and description of each of its keys."""
    model = field.annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    keys = [
        (key, _value(inner.default), "; ".join(filter(None, [_words(inner), ", ".join(_range(inner))])))
        for key, inner in model.model_fields.items()
    ]
    return (model.__doc__ or "").partition("\n\n")[0], keys


def _words(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return _described(field.description or "", extra.get("see") if isinstance(extra, dict) else None)


def _described(words: str, see: Any) -> str:
    """Return ``words`` with a reference to the document ``see``; the page shows the words alone."""
    return words if see is None else f"{words}; see {see}"


def _range(field: FieldInfo) -> Iterator[str]:
    least = next((item.ge for item in field.metadata if isinstance(item, Ge)), None)
    most = next((item.le for item in field.metadata if isinstance(item, Le)), None)
    if least is not None and most is not None:
        yield f"{least} to {most}"
        return
    for item in field.metadata:
        for kind, (attribute, words) in BOUNDS.items():
            if isinstance(item, kind):
                yield words.format(getattr(item, attribute))


def _value(default: Any) -> str:
    if default == Who():
        return "everyone"
    if isinstance(default, tuple):
        default = default[0] if len(default) == 1 else list(default)
    return yaml.safe_dump(default, default_flow_style=True).replace("\n...", "").strip()
