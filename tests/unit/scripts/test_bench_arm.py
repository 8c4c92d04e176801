"""What scripts/bench-arm counts can be done, and its table is right: here without emulation."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ARM = Path(__file__).parents[3] / "scripts" / "arm"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_arm_{name}", ARM / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


work, table = loaded("work"), loaded("table")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (kind, argument)
        for _, kind, argument, _ in table.WORK
        if kind not in {"line", "peer"} or argument in {"0", "4"}
    ],
)
def test_every_kind_of_work_in_the_table_can_be_done_twice(
    kind: str, argument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "FRAMES", 3)
    once = work.KINDS[kind](argument)
    once()
    once()


@pytest.mark.slow
@pytest.mark.parametrize("people", [0, 1, 4, 8])
def test_as_many_people_are_in_the_room_as_the_table_says(people: int) -> None:
    (frame,) = work.frames(people, 1)
    search = work.FaceSearch(work.models_folder() / "faces.json")
    assert len(search.everything(frame.colour)) == people


def test_the_cost_of_a_round_is_what_was_executed_between_the_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def executed(_cache: Path, _core: str, arguments: list[str]) -> list[int]:
        asked.extend(arguments)
        return [1_000_009, 22_000_009, 30_000_000, 30_500_000]

    monkeypatch.setattr(table, "executed", executed)
    rows = [("near", "near", "", (1, 3)), ("YuNet", "yunet", "320,240,a:b.onnx", (1, 1))]
    assert table.counted(Path(), "cortex-a53", rows) == [7.0, 0.5]
    assert asked == ["near:1:3:", "yunet:1:1:320,240,a:b.onnx"]


def test_each_work_is_done_between_two_marks_after_its_first_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(work.os, "getppid", lambda: told.append("mark"))
    monkeypatch.setitem(work.KINDS, "near", lambda argument: lambda: told.append(argument))
    monkeypatch.setattr(work.gc, "disable", lambda: None)
    monkeypatch.setattr(sys, "argv", ["work.py", "near:1:2:a:b"])
    work.main()
    assert told == ["a:b", "mark", "a:b", "a:b", "mark"]


def test_the_short_form_counts_searches_and_expressions() -> None:
    assert [row[1] for row in table.rows(short=True, peer=None)] == list(table.SHORT)
    assert [row[2] for row in table.rows(short=True, peer="y.onnx")][-1] == "320,240,y.onnx"


def test_a_search_that_costs_more_than_it_may_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["table.py", "--cache", "/", "--core", "cortex-a53", "--short"])
    monkeypatch.setattr(
        table, "counted", lambda _cache, _core, rows: [50.0 if row[1] == "near" else 1.0 for row in rows]
    )
    assert table.main() == 1
    assert "search, near: the whole picture: more than 40 million" in capsys.readouterr().err
    monkeypatch.setattr(table, "counted", lambda _cache, _core, rows: [1.0] * len(rows))
    assert table.main() == 0
