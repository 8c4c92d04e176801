"""Tests mirror the code: appliance/<path>/<module>.py has its tests in tests/unit/<path>/test_<module>.py."""

from pathlib import Path

from tests.support.sources import ROOT, sources

WITHOUT: set[str] = {
    "cli/check.py",
    "cli/common.py",
    "cli/events.py",
    "cli/explain.py",
    "cli/light.py",
    "cli/record.py",
    "cli/run.py",
    "cli/web.py",
    "cli/web_password.py",
    "clock.py",
    "config/schema/board_settings.py",
    "config/schema/camera_settings.py",
    "config/schema/faces_settings.py",
    "config/schema/photos_settings.py",
    "config/schema/rule_settings.py",
    "config/schema/section.py",
    "config/schema/web_settings.py",
    "config/template.py",
    "config/yaml_text.py",
    "config/values.py",
    "daemon/watches/watch.py",
    "doctor/board_checks.py",
    "doctor/card.py",
    "doctor/finding.py",
    "doctor/program_checks.py",
    "draw/chart.py",
    "draw/overlay.py",
    "draw/text.py",
    "draw/view.py",
    "errors.py",
    "feed/describe.py",
    "feed/messages.py",
    "hw/board.py",
    "hw/button_watch.py",
    "hw/camera.py",
    "hw/cameras/convert.py",
    "hw/cameras/mp4.py",
    "hw/cameras/raw.py",
    "hw/cameras/reel.py",
    "hw/cameras/scene_art.py",
    "hw/cameras/series.py",
    "hw/cameras/unconverted.py",
    "hw/machine.py",
    "imaging/resize.py",
    "inference/folder.py",
    "inference/model_file.py",
    "inference/runtime.py",
    "light/document.py",
    "light/patterns.py",
    "light/row.py",
    "light/states.py",
    "pipeline/choose/quality.py",
    "pipeline/decide/sensitivity.py",
    "pipeline/find/cascade.py",
    "pipeline/find/detector.py",
    "records/decision.py",
    "records/faces.py",
    "records/frame.py",
    "records/labels.py",
    "storage/clip.py",
    "storage/durable.py",
    "web/app.py",
    "web/metrics.py",
    "web/overview.py",
    "web/routes/assets.py",
    "web/routes/control.py",
    "web/routes/mood.py",
    "web/routes/session.py",
    "web/routes/settings.py",
    "web/serve.py",
    "wording/expressions.py",
}
"""Modules without a test file of their name. Only ever shorter: whatever is new has one."""


def namesake(module: Path) -> Path:
    """Return where the tests of ``appliance/…/module.py`` stand."""
    return Path("tests", "unit", *module.parts[1:-1], f"test_{module.stem}.py")


def test_every_module_has_a_test_file_of_its_name_and_place() -> None:
    modules = [source.path for source in sources("appliance") if not source.path.name.startswith("__")]
    without = {
        str(module.relative_to("appliance")) for module in modules if not (ROOT / namesake(module)).exists()
    }
    assert sorted(without - WITHOUT) == [], "write its tests where its name says, or say here why not"
    assert sorted(WITHOUT - without) == [], "has tests by now: take it off the list"
