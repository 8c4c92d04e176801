"""What every section of the configuration has in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

SEE_MOMENT: JsonDict = {"see": "docs/moment.md"}
"""The document that says more of a setting."""


class Section(BaseModel):
    """Unknown keys are errors, values are of the type they look like, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def conflict(key: str, reason: str) -> PydanticCustomError:
    """A problem between two keys, told at the one that stands second."""
    return PydanticCustomError("conflict", "{reason}", {"key": key, "reason": reason})
