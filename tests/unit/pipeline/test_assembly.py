"""The wiring: which stages stand in which line, and who hears of what in which order."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from appliance.clock import VirtualClock
from appliance.config import load_config
from appliance.line.runner import Runner
from appliance.pipeline.assembly import assemble, load_models
from appliance.records.decision import Decision, EncodedPhoto
from appliance.records.frame import Frame
from appliance.storage.jpeg import encoded

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Card:
    """Keeps nothing, and says when it was asked to."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    def encode(self, decision: Decision) -> EncodedPhoto:
        self.notes.append("encoded")
        return encoded(decision, b"", NOON)

    def keep(self, photo: EncodedPhoto) -> Path:
        self.notes.append("kept")
        return Path(f"{photo.decision.frame.sequence}.jpg")


def test_a_photo_goes_from_the_line_of_frames_to_the_line_of_photos_and_each_edge_is_heard(
    scene_frames: Sequence[Frame],
) -> None:
    notes: list[str] = []
    config = load_config(None, [])
    assembly = assemble(
        config,
        load_models(config),
        store=Card(notes),
        on_decision=[lambda decision: notes.append("decided to" if decision.take_photo else "decided")],
        on_choice=[lambda decision: notes.append(f"chosen {decision.reason.kind}")],
        on_photo=[lambda photo: notes.append(f"photo {photo.path.suffix}")],
    )
    frames = scene_frames[165:195:3]  # the second in which all smile; ten frames a second are enough
    runner = Runner(frames, assembly.lines, VirtualClock(), threading.Event())
    runner.run_inline()
    assert [(one.line, one.stage) for one in runner.counters()] == [
        ("frames", "capture"),
        ("frames", "find faces"),
        ("frames", "judge expressions"),
        ("frames", "follow people"),
        ("frames", "decide"),
        ("frames", "choose best"),
        ("photos", "encode photo"),
        ("photos", "keep photo"),
    ]
    assert notes.count("decided") + notes.count("decided to") == len(frames)
    assert "decided to" in notes
    chosen = notes.index("chosen photo")
    assert notes[chosen : chosen + 4] == ["chosen photo", "encoded", "kept", "photo .jpg"]


def test_without_a_store_there_is_no_line_of_photos() -> None:
    config = load_config(None, [])
    assembly = assemble(config, load_models(config))
    assert [line.name for line in assembly.lines] == ["frames"]
