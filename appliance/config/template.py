"""Renders the shipped ``config.yaml`` from the schema, so that words and defaults cannot drift apart."""

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
# `smart-selfie check config.yaml` tells what is wrong in this file before the appliance sees it.
"""
BOUNDS = {Ge: ("ge", "{} or more"), Gt: ("gt", "above {}"), Le: ("le", "{} at most"), Lt: ("lt", "below {}")}


def render() -> str:
    """The whole file."""
    return HEADER + "".join(_section(name, field) for name, field in Config.model_fields.items())


def json_schema() -> dict[str, Any]:
    """The same as a JSON Schema (2020-12), with which editors check and complete the file."""
    schema = Config.model_json_schema(mode="validation")
    for section in schema["$defs"].values():
        for key in section.get("properties", {}).values():
            if key.get("default") == {}:
                key["default"] = "everyone"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _section(name: str, field: FieldInfo) -> str:
    model = field.annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    words = (model.__doc__ or "").partition("\n\n")[0]
    lines = [f"\n# {words}", f"{name}:"]
    for key, inner in model.model_fields.items():
        text = "; ".join(filter(None, [inner.description, ", ".join(_range(inner))]))
        lines += [f"  # {line}" for line in textwrap.wrap(text, 100)]
        lines.append(f"  {key}: {_value(inner.default)}")
    return "\n".join(lines) + "\n"


def _range(field: FieldInfo) -> Iterator[str]:
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
