"""The note for the wall: what guests need, in every language there is, within the paper."""

from pathlib import Path

import pytest

from appliance.language.catalogue import catalogue, languages
from appliance.light.states import State
from appliance.paper.shapes import Label, Rect, Sheet
from appliance.paper.svg import to_svg
from appliance.paper.typeface import is_printable, width_of
from appliance.paper.wall_note import GUEST_SIGNALS, WayIn, Wifi, wall_note

MODULES = [[(row * column) % 3 == 0 for column in range(41)] for row in range(41)]
WAY_IN = WayIn(
    modules=MODULES,
    address="http://smart-selfie.local:8080/guest",
    code="WMWM-WMWM",
    until="2026-12-24 18:00",
)
WIFI = Wifi(modules=MODULES, network="Smart selfie of the barn", password="sunny-otter-4271")
ALL = pytest.mark.parametrize("language", languages())


def words(sheet: Sheet) -> list[Label]:
    return [shape for shape in sheet.shapes if isinstance(shape, Label)]


@ALL
@pytest.mark.parametrize(("way_in", "wifi"), [(None, None), (WAY_IN, None), (WAY_IN, WIFI), (None, WIFI)])
def test_all_of_it_is_on_the_paper_and_no_line_runs_into_another(
    language: str, way_in: WayIn | None, wifi: Wifi | None
) -> None:
    sheet = wall_note(catalogue(language), way_in, wifi)
    boxes = []
    for one in words(sheet):
        wide = width_of(one.text, one.size, one.bold)
        left = one.x - wide / 2 if one.anchor == "middle" else one.x
        assert left >= 10, one.text
        assert left + wide <= 200, one.text
        assert 10 <= one.y <= 287, one.text
        boxes.append((left, one.y - 0.75 * one.size, left + wide, one.y + 0.2 * one.size, one.text))
    for number, (left, top, right, bottom, text) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, f"{text} | {other[4]}"


@ALL
def test_it_is_all_in_its_language_and_in_letters_that_a_pdf_has(language: str) -> None:
    english = {one.text for one in words(wall_note(catalogue("en")))}
    here = {one.text for one in words(wall_note(catalogue(language)))}
    assert language == "en" or not english & here
    assert all(is_printable(text) for text in here)


def test_the_four_signals_are_drawn_by_the_lights_own_patterns() -> None:
    assert [signal for signal, _, _ in GUEST_SIGNALS] == [State.WAITING, State.ALL, State.PHOTO, State.ARMED]
    lit = [
        one for one in wall_note(catalogue("en")).shapes if isinstance(one, Rect) and one.fill == "#f4b400"
    ]
    rows = [sorted((one.x, one.width) for one in lit if one.y == y) for y in sorted({one.y for one in lit})]
    assert [len(row) for row in rows] == [4, 1, 8, 1]
    assert rows[1][0][1] == 36, "the whole strip is lit"
    assert rows[3][0][1] == 18, "a second of two"


def test_the_code_is_drawn_module_by_module() -> None:
    sheet = wall_note(catalogue("en"), WAY_IN)
    side = 48 / 41
    dark = [one for one in sheet.shapes if isinstance(one, Rect) and one.fill == "#1b1e1c"]
    assert round(sum(one.width / side for one in dark)) == sum(map(sum, MODULES))
    assert any(WAY_IN.code in one.text for one in words(sheet))


@ALL
def test_the_notes_in_docs_are_those_that_scripts_generate_would_write(language: str) -> None:
    note = Path(__file__).parents[3] / "docs" / f"wall-note.{language}.svg"
    assert note.read_text("utf-8") == to_svg(wall_note(catalogue(language)))
