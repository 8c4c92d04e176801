"""List of the verified photos on a stick, as ``sha256sum --check`` reads it."""

import re
from collections.abc import Mapping
from pathlib import Path

from appliance.storage import durable
from appliance.storage.regular_file import read_regular

NAME = "SHA256SUMS.txt"
MAX_MANIFEST_BYTES = 8_000_000
_LINE = re.compile(r"([0-9a-f]{64})  (selfie-[0-9a-f-]{1,64}\.jpg)")


def update(folder: Path, verified: Mapping[str, str]) -> None:
    """Add ``verified``, file name to hash, to the list. Raises OSError.

    Of the old list only lines of the exact form are kept, for files that are still there.
    """
    kept = {
        name: digest for name, digest in _read(folder / NAME).items() if (folder / name).is_file()
    } | dict(verified)
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(kept.items()))
    durable.write_over(folder / NAME, text.encode(), mode=0o644)


def _read(path: Path) -> dict[str, str]:
    try:
        text = read_regular(path, MAX_MANIFEST_BYTES, follow_links=False)[:MAX_MANIFEST_BYTES].decode(
            errors="replace"
        )
    except OSError:
        return {}
    matches = (_LINE.fullmatch(line) for line in text.splitlines())
    return {match[2]: match[1] for match in matches if match}
