"""Choice of a language: by what a browser asks for, and by what the system is set to."""

import os
from collections.abc import Iterable, Mapping

from appliance.language.catalogue import ENGLISH, Catalogue, catalogue, languages

MOST_HEADER = 500
"""Characters of an Accept-Language header that are read."""


def of_system(environ: Mapping[str, str] = os.environ) -> Catalogue:
    """Return the catalogue of the system's language, by gettext's own variables; else English."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    listed = environ.get("LANGUAGE", "") if named not in {"", "C", "POSIX", "C.UTF-8"} else ""
    return catalogue(_first([*listed.split(":"), named]) or ENGLISH)


def of_browser(accept_language: str) -> Catalogue:
    """Return the catalogue for an Accept-Language header (RFC 9110, section 12.5.4), else the system's."""
    wanted = []
    for place, part in enumerate(accept_language[:MOST_HEADER].split(",")):
        tag, _, weight = part.strip().partition(";")
        quality = _quality(weight)
        if quality > 0:
            wanted.append((-quality, place, tag))
    found = _first(tag for _, _, tag in sorted(wanted))
    return catalogue(found) if found else of_system()


def _quality(weight: str) -> float:
    try:
        return float(weight.partition("=")[2]) if weight.strip() else 1.0
    except ValueError:
        return 0.0


def _first(tags: Iterable[str]) -> str | None:
    """Return the first language there is: ``de`` for de, de-AT, de_CH.UTF-8@euro."""
    for tag in tags:
        full = tag.strip().partition(".")[0].partition("@")[0].replace("-", "_")
        for name in (full, full.partition("_")[0].lower()):
            if name in languages():
                return name
    return None
