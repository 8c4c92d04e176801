"""A paragraph on a sheet."""

from appliance.paper.shapes import Label, Sheet


def test_a_paragraph_is_written_line_by_line_and_says_where_the_next_begins() -> None:
    sheet = Sheet(100, 100, "title")
    below = sheet.paragraph(10, 20, "one two three four", 4, 18)
    lines = [shape for shape in sheet.shapes if isinstance(shape, Label)]
    assert " ".join(line.text for line in lines) == "one two three four"
    assert len(lines) > 1
    assert {line.x for line in lines} == {10}
    assert [line.y for line in lines] == sorted(line.y for line in lines)
    assert below > lines[-1].y
