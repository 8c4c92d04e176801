"""A network's file and the JSON that describes it: read, and checked against each other."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.errors import ModelError
from appliance.storage.regular_file import read_regular

MAX_MODEL_BYTES = 16 * 1024 * 1024
MAX_DESCRIPTION_BYTES = 1024 * 1024
RESTORE = "Restore both files from the repository, or reinstall"


def read_description(path: Path) -> dict[str, Any]:
    """Return the JSON beside a model. Raises ModelError."""
    try:
        facts = json.loads(read_regular(path, MAX_DESCRIPTION_BYTES).decode())
    except FileNotFoundError:
        raise ModelError(f"The model description {path} is missing", RESTORE) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}", RESTORE) from error
    if not isinstance(facts, dict):
        raise ModelError(f"{path} does not describe a model", RESTORE)
    return facts


def check_format(path: Path, facts: Mapping[str, Any], expected: int) -> None:
    """Check that the description ``facts`` in ``path`` has the format that this program reads.

    Raises ModelError, which says whether the model or the program must be updated.
    """
    found = facts.get("format")
    if not isinstance(found, int) or isinstance(found, bool):
        raise ModelError(f"{path} has no format; this program reads format {expected}", RESTORE)
    if found < expected:
        raise ModelError(
            f"The model of {path} is older than this program (format {found}, expected {expected})",
            "Update the model: take its files from the release of the program, or run setup.sh again",
        )
    if found > expected:
        raise ModelError(
            f"The model of {path} is newer than this program (format {found}, expected {expected})",
            "Update the program to the release of the model, or take the files from its own release",
        )


def network_file(description: Path, facts: dict[str, Any]) -> Path:
    """Return the path of the network that ``facts`` of ``description`` name, after checking its sha256.

    Raises ModelError when it is missing, too large, truncated or a different one.
    """
    path = description.parent / str(facts.get("file", ""))
    expected = str(facts.get("sha256", ""))
    try:
        content = read_regular(path, MAX_MODEL_BYTES)
    except FileNotFoundError:
        raise ModelError(f"The model {path} is missing", RESTORE) from None
    except OSError as error:
        raise ModelError(f"The model {path} cannot be read: {error.strerror}", RESTORE) from error
    if len(content) > MAX_MODEL_BYTES:
        raise ModelError(f"{path} is larger than {MAX_MODEL_BYTES >> 20} MB; this is not a model", RESTORE)
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise ModelError(
            f"{path} ({len(content)} bytes) is truncated or not the one {description.name} describes "
            f"(sha256 {digest[:12]}…, expected {expected[:12]}…)",
            RESTORE,
        )
    return path
