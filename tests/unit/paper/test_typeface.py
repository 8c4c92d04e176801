"""Label are measured as Helvetica, and wrapped by that."""

import pytest

from appliance.paper.typeface import is_printable, width_of, win_ansi, wrapped


def test_widths_are_those_of_adobes_metrics() -> None:
    assert width_of("Wi", 1000) == 944 + 222
    assert width_of("äÄé", 1000) == 556 + 667 + 556, "an accent makes no letter wider"
    assert width_of("a\u0308", 1000) == width_of("ä", 1000)
    assert width_of("abc", 10, bold=True) > width_of("abc", 10)


def test_every_letter_of_the_keyboard_has_a_width_of_its_own() -> None:
    assert all(0 < width_of(chr(code), 1000) <= 1015 for code in range(32, 127))
    assert width_of("i", 1) < width_of("t", 1) < width_of("a", 1) < width_of("m", 1)


@pytest.mark.parametrize("wide", [10, 30, 60])
def test_lines_are_no_wider_than_they_may_be_and_lose_nothing(wide: float) -> None:
    text = "Noch lächeln nicht alle. Je schneller, desto näher dran."
    lines = wrapped(text, 4, wide)
    assert " ".join(lines) == text
    assert all(width_of(line, 4) <= wide or " " not in line for line in lines)


def test_letters_that_a_pdf_lacks_are_known() -> None:
    assert is_printable("Größe – 5 °C · „ja“ … é")
    assert not is_printable("Улыбка")
    assert win_ansi("Größe ж") == b"Gr\xf6\xdfe ?"
