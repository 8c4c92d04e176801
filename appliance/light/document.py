"""Generator of the table in ``docs/light.md`` from that of the code; the text around it is handwritten."""

from appliance.light.states import Signal, State
from appliance.light.table import CONDITIONS, TABLE

BEGIN = "<!-- Made by scripts/generate from appliance/light/table.py. -->\n"
END = "<!-- End of what scripts/generate made. -->\n"


def renew(document: str) -> str:
    """Return ``document`` with the table between its marks regenerated. Raises ValueError without them."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks {BEGIN.strip()} or {END.strip()}")
    return before + begin + _table() + end + after


def _table() -> str:
    """Return every signal with its look and meaning, in Markdown, conditions by priority."""
    signals: tuple[Signal, ...] = (*State, *CONDITIONS)
    lines = ["| state | the light | it means |", "|---|---|---|"]
    lines += [f"| {signal} | {TABLE[signal].seen} | {TABLE[signal].meaning} |" for signal in signals]
    return "\n".join(lines) + "\n"
