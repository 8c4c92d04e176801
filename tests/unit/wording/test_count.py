"""One photo, two photos."""

from appliance.wording.count import counted


def test_a_number_has_the_word_that_fits_it() -> None:
    assert [counted(number, "photo") for number in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]
    assert [counted(number, "person", "people") for number in (1, 3)] == ["1 person", "3 people"]
