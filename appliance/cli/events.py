"""Events of a recording or the demo, reported as they happen: for a program, or for a person."""

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from appliance.cli.common import faces_of
from appliance.records.decision import Decision
from appliance.wording.count import counted
from appliance.wording.verdict import sentence

Reporter = Callable[[dict[str, Any]], None]


class Events:
    """Reports each change, each photo, and a summary at the end."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._frames = self.photos = 0
        self._start: float | None = None
        self._time = 0.0
        self._reported: dict[str, Any] = {"people": 0, "all_show": False}

    def frame(self, decision: Decision) -> None:
        """Reporter the changes in this frame."""
        self._frames += 1
        self._time = self.seconds(decision)
        self._change(decision, "people", len(decision.people))
        self._change(decision, "all_show", decision.all_show)

    def photo(self, decision: Decision, file: str | None) -> None:
        """Reporter a photo; ``file`` is None when photos are not kept.

        ``time`` is that of the kept frame, ``decided`` that of the frame with the decision.
        """
        self.photos += 1
        decided = decision.decided_at
        after = 0.0 if decided is None else decided - decision.frame.captured_at
        decided = round(self.seconds(decision) + after, 3)
        self._report_frame("photo", decision, decided=decided, file=file, faces=faces_of(decision))

    def seconds(self, decision: Decision) -> float:
        """Return seconds since the first frame."""
        moment = decision.frame.captured_at
        self._start = moment if self._start is None else self._start
        return moment - self._start

    def summary(self, dropped: int = 0) -> None:
        """Reporter the summary."""
        self._report(
            {
                "event": "summary",
                "frames": self._frames,
                "photos": self.photos,
                "dropped": dropped,
                "seconds": round(self._time, 3),
            }
        )

    def _change(self, decision: Decision, event: str, value: Any) -> None:
        if self._reported[event] != value:
            self._reported[event] = value
            key = "count" if event == "people" else "value"
            self._report_frame(event, decision, **{key: value}, reason=sentence(decision.reason))

    def _report_frame(self, event: str, decision: Decision, **facts: Any) -> None:
        moment = round(self.seconds(decision), 3)
        self._report({"event": event, "time": moment, "frame": decision.frame.sequence, **facts})


def tell_person(event: dict[str, Any]) -> None:
    """Print one line for a person, above a progress bar if there is one."""
    kind, clock = event["event"], f"{event.get('time', 0):7.2f} s  "
    if kind == "photo":
        text = f"{clock}photo {event['file'] or '(not kept: no --out)'}, {_people(len(event['faces']))}"
    elif kind == "people":
        text = clock + _people(event["count"])
    elif kind == "all_show":
        text = clock + ("everybody shows it" if event["value"] else f"no longer: {event['reason']}")
    else:
        photos, frames = counted(event["photos"], "photo"), counted(event["frames"], "frame")
        text = f"{photos} in {event['seconds']:.1f} s ({frames})"
    tqdm.write(text, file=sys.stdout)


def _people(count: int) -> str:
    return counted(count, "person", "people")
