"""Export of photos to a stick: each one is copied, read back, compared, and only then counted."""

from appliance.export.transfer import Outcome, export

__all__ = ["Outcome", "export"]
