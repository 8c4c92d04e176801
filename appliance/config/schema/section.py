"""Base class of every section of the configuration."""

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

SEE_MOMENT: JsonDict = {"see": "docs/moment.md"}
"""Document with more about a setting."""


class Section(BaseModel):
    """Immutable section: unknown keys are errors, and values must have the type that they look like."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def conflict(key: str, reason: str) -> PydanticCustomError:
    """Return a problem between two keys, reported at the second."""
    return PydanticCustomError("conflict", "{reason}", {"key": key, "reason": reason})
