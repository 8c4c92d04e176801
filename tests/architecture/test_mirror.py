"""Tests mirror the code: appliance/<path>/<module>.py has its tests in tests/unit/<path>/test_<module>.py."""

from pathlib import Path

import pytest

from tests.support.sources import ROOT, sources

BESIDE = {
    "cli/common.py": "unit/cli/test_program.py",
    "cli/events.py": "unit/cli/test_replay.py",
    "cli/explain.py": "unit/cli/test_replay.py",
    "cli/run.py": "appliance/test_run.py",
    "config/schema/board_settings.py": "unit/config/test_load.py",
    "config/schema/camera_settings.py": "unit/config/test_load.py",
    "config/schema/faces_settings.py": "unit/config/test_load.py",
    "config/schema/photos_settings.py": "unit/config/test_names.py",
    "config/schema/rule_settings.py": "unit/config/test_load.py",
    "config/schema/section.py": "unit/config/test_load.py",
    "config/schema/web_settings.py": "unit/config/test_names.py",
    "daemon/watches/watch.py": "unit/daemon/watches/test_health.py",
    "doctor/finding.py": "unit/cli/test_doctor.py",
    "feed/describe.py": "unit/feed/test_server.py",
    "feed/messages.py": "unit/feed/test_server.py",
    "hw/board.py": "unit/hw/test_gpio.py",
    "hw/button_watch.py": "unit/hw/test_gpio.py",
    "hw/camera.py": "unit/hw/cameras/test_webcam.py",
    "hw/cameras/convert.py": "unit/hw/cameras/test_pictures.py",
    "hw/cameras/mp4.py": "unit/hw/cameras/test_video.py",
    "hw/cameras/reel.py": "unit/hw/cameras/test_recording.py",
    "hw/cameras/scene_art.py": "unit/hw/cameras/test_scene.py",
    "hw/cameras/series.py": "unit/hw/cameras/test_video.py",
    "hw/machine.py": "unit/doctor/test_board_checks.py",
    "inference/folder.py": "unit/inference/test_model_file.py",
    "light/patterns.py": "unit/light/test_player.py",
    "light/row.py": "unit/light/test_table.py",
    "light/states.py": "unit/light/test_table.py",
    "pipeline/decide/sensitivity.py": "unit/pipeline/decide/test_decider.py",
    "pipeline/find/cascade.py": "unit/pipeline/find/test_detector.py",
    "records/decision.py": "unit/pipeline/decide/test_decider.py",
    "records/faces.py": "unit/pipeline/test_follow.py",
    "records/labels.py": "unit/web/test_vocabulary.py",
    "storage/durable.py": "unit/storage/test_photos_faults.py",
    "web/app.py": "unit/web/test_guard.py",
    "web/overview.py": "unit/web/routes/test_status.py",
    "web/serve.py": "unit/web/test_connections.py",
}
"""Modules without a test file of their name, and where in tests/ they are tested instead: with what they are
parts of, or, of several alike, all in one. Only ever shorter: what is new has a file of its own."""


def namesake(module: Path) -> Path:
    """Return where the tests of ``appliance/…/module.py`` stand."""
    return Path("tests", "unit", *module.parts[1:-1], f"test_{module.stem}.py")


def test_every_module_has_a_test_file_of_its_name_and_place() -> None:
    modules = [source.path for source in sources("appliance") if not source.path.name.startswith("__")]
    without = {
        str(module.relative_to("appliance")) for module in modules if not (ROOT / namesake(module)).exists()
    }
    assert sorted(without - set(BESIDE)) == [], "write its tests where its name says"
    assert sorted(set(BESIDE) - without) == [], "has tests by now: take it off the list"


@pytest.mark.parametrize("tests", sorted(set(BESIDE.values())))
def test_the_tests_of_a_module_without_its_own_are_there(tests: str) -> None:
    assert (ROOT / "tests" / tests).is_file()
