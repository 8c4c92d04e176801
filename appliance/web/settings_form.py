"""Form of the settings: descriptions, bounds and defaults from the schema."""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from appliance.config import Config
from appliance.config.schema import WAYS, Who
from appliance.config.yaml_text import parse_yaml
from appliance.editing.settings_file import SettingsFile, escaped
from appliance.errors import ConfigError, Problem
from appliance.records.labels import EXPRESSIONS

_HIDDEN = {"web", "mqtt", "sync"}
"""Sections hidden from the page: they hold passwords, could lock everybody out, or let everybody in."""
_FIXED = {"storage.folder", "camera.recording"}
"""Settings shown, but changeable only in the file: they name places on the machine."""

BASICS = (
    "rule.expression",
    "rule.who",
    "rule.sensitivity",
    "rule.mode",
    "rule.cooldown_seconds",
    "rule.new_scene",
    "moment.burst",
    "camera.orientation",
)
"""Settings that people change, in their order; the page puts them before all others."""
SECTION_TITLES = {
    "rule": "The rule",
    "moment": "The best frame",
    "people": "Tracking people",
    "faces": "Finding faces",
    "camera": "Camera",
    "storage": "Photos",
    "hardware": "Light and pins",
    "button": "Button",
    "export": "USB stick",
}
"""Titles of the sections, in the order of the page."""

_KINDS: dict[Any, str] = {bool: "switch", int: "whole", float: "number", str: "text"}
_BOUNDS = {Ge: ("ge", "least"), Gt: ("gt", "above"), Le: ("le", "most"), Lt: ("lt", "below")}


def is_fixed(key: str) -> bool:
    """Return whether the setting ``key``, as ``section.key``, can be changed in the file only."""
    return key.partition(".")[0] in _HIDDEN or key in _FIXED


def form(file: SettingsFile) -> dict[str, Any]:
    """Return the page's form: the sections of :func:`form_sections` with current values.

    ``file`` is None where nothing can be changed, ``undo`` the number of changes that can be undone.
    Raises ConfigError.
    """
    return {
        "basics": list(BASICS),
        "sections": form_sections(file.load(), file.overridden()),
        "file": str(file.path) if file.path else None,
        "undo": file.undoable,
    }


def form_sections(config: Config, overridden: Collection[str]) -> list[dict[str, Any]]:
    """Return every section and setting with its title, description, bounds, default and value in ``config``.

    ``overridden`` are the dotted keys that another file decides.
    """
    found = []
    for name, model in _sections():
        now = getattr(config, name)
        settings = [_setting(name, key, field, now) for key, field in model.model_fields.items()]
        for setting in settings:
            setting["overridden"] = setting["key"] in overridden
        words = (model.__doc__ or "").partition("\n\n")[0]
        title = SECTION_TITLES.get(name, spoken(name))
        found.append({"name": name, "title": title, "words": words, "settings": settings})
    order = list(SECTION_TITLES)
    return sorted(
        found, key=lambda section: order.index(section["name"]) if section["name"] in order else len(order)
    )


def spoken(key: str) -> str:
    """Return ``key`` as a word for people: ``always_armed`` is "Always armed"."""
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def parse_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the page sent: plain ones, or ``{"yaml": "text"}`` for other forms.

    Raises ConfigError.
    """
    return {
        key: _parsed(key, str(value.get("yaml", ""))) if isinstance(value, dict) else value
        for key, value in body.items()
    }


def _parsed(key: str, text: str) -> Any:
    """Return the value of ``text``, which is YAML. Raises ConfigError."""
    try:
        return parse_yaml(text)[0]
    except ConfigError as error:
        raise ConfigError([Problem(escaped(key), escaped(text), error.problems[0].reason)]) from None


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield name and model of each section that the page shows."""
    for name, field in Config.model_fields.items():
        model = field.annotation
        if name not in _HIDDEN and isinstance(model, type) and issubclass(model, BaseModel):
            yield name, model


def _setting(section: str, key: str, field: FieldInfo, now: Any) -> dict[str, Any]:
    place = f"{section}.{key}"
    return {
        "key": place,
        "name": key,
        "title": field.title or spoken(key),
        "words": field.description or "",
        "default": _shown(field.default),
        "value": _shown(getattr(now, key)),
        "fixed": place in _FIXED,
        **_kind(field),
    }


def _kind(field: FieldInfo) -> dict[str, Any]:
    """Return the kind of control: choice, switch, number, several words, who; a line of YAML for the rest."""
    kind = field.annotation
    if isinstance(field.default, Who):
        return {"kind": "who", "ways": [{"key": key, **asdict(way)} for key, way in WAYS.items()]}
    if get_origin(kind) is Literal:
        return {"kind": "choice", "choices": list(get_args(kind))}
    if isinstance(field.default, tuple) and set(field.default) <= set(EXPRESSIONS) and field.default:
        return {"kind": "several", "choices": list(EXPRESSIONS)}
    bounds = {}
    for item in field.metadata:
        for bound, (attribute, name) in _BOUNDS.items():
            if isinstance(item, bound):
                bounds[name] = getattr(item, attribute)
    if kind in _KINDS:
        return {"kind": _KINDS[kind], **bounds}
    return {"kind": "yaml"}


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    return list(value) if isinstance(value, tuple) else value
