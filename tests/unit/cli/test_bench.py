"""smart-selfie bench prints what a frame costs; how little is for people to judge, not for a test."""

import json
import time
from pathlib import Path

import pytest

from appliance.cli import bench, main

SERVICE = Path(__file__).parents[3] / "systemd" / "smart-selfie.service"


def memory_limit_mb() -> int:
    """What the unit of the appliance allows."""
    (limit,) = (line for line in SERVICE.read_text().splitlines() if line.startswith("MemoryMax="))
    return int(limit.removeprefix("MemoryMax=").removesuffix("M"))


@pytest.mark.slow
def test_bench_prints_each_stage_and_the_ratio_to_the_peer_path(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PEER_FRAMES", 2)
    monkeypatch.setattr(bench, "RECORDED", (150, 225))
    started = time.monotonic()
    assert main(["bench", "--frames", "30", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["people"] == 4
    assert result["size"] == [640, 480]
    assert {"find faces", "judge expressions", "follow people", "decide"} <= set(result["stages_ms"])
    assert result["frame_ms"] == pytest.approx(sum(result["stages_ms"].values()), abs=0.05)
    assert result["times_cheaper"] > 1, "the usual way costs more, on any machine"
    assert set(result["finders"]) == {"Haar 1.3/5", "cascade", "cnn"}
    assert set(result["finders"]["cnn"]) == {"full_ms", "followed_ms"}
    assert 50 < result["memory_mb"] < memory_limit_mb(), "megabytes of a process with numpy and OpenCV"
    assert 0.1 < result["ready_s"] < time.monotonic() - started, "seconds, of those that the command took"


def test_the_ratio_says_how_many_times_the_peer_path_costs_a_frame() -> None:
    result = bench.compare({"find faces": 2.5, "decide": 1.50004}, 20.0)
    assert result == {
        "stages_ms": {"find faces": 2.5, "decide": 1.5},
        "frame_ms": 4.0,
        "peer_ms": 20.0,
        "times_cheaper": 5.0,
    }


def test_a_peer_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--frames", "30", "--peer", "no-such.onnx"]) == 1
    assert "no-such.onnx" in capsys.readouterr().err
