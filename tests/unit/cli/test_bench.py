"""smart-selfie bench prints what a frame costs; how little is for people to judge, not for a test."""

import json

import pytest

from appliance.cli import main


def test_bench_prints_each_stage_and_the_ratio_to_the_peer_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--frames", "30", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["people"] == 4
    assert result["size"] == [640, 480]
    assert {"find faces", "judge expressions", "follow people", "decide"} <= set(result["stages_ms"])
    assert result["times_cheaper"] == pytest.approx(result["peer_ms"] / result["frame_ms"], abs=0.02)
    assert set(result["finders"]) == {"Haar 1.3/5", "cascade", "cnn"}
    assert set(result["finders"]["cnn"]) == {"full_ms", "followed_ms"}
    assert result["memory_mb"] > 20
    assert result["ready_s"] > 0


def test_a_peer_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--frames", "30", "--peer", "no-such.onnx"]) == 1
    assert "no-such.onnx" in capsys.readouterr().err
