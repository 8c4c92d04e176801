"""SyncStatus of the copies for ``sync status``, doctor and page: a small JSON file in the run-time folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.storage import durable
from appliance.storage.regular_file import read_regular

SYSTEM_STATUS = Path("/run/smart-selfie-sync/status.json")
_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """``waiting`` and ``there`` count photos; ``problem`` is why they wait, ``since`` when that began.

    ``since`` is in seconds since 1970, None without a problem.
    """

    remote: str
    waiting: int
    there: int
    problem: str = ""
    since: float | None = None

    def write(self, path: Path) -> None:
        """Write it for all to read. Raises OSError."""
        durable.write_over(path, json.dumps(asdict(self)).encode(), 0o644)


def read_status(path: Path) -> SyncStatus | None:
    """Return the report; None where there is none, or it cannot be understood."""
    try:
        found = json.loads(read_regular(path, _MOST_BYTES, follow_links=False))
        return SyncStatus(
            remote=str(found["remote"]),
            waiting=int(found["waiting"]),
            there=int(found["there"]),
            problem=str(found["problem"]),
            since=None if found["since"] is None else float(found["since"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
