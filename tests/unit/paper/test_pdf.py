"""A sheet as PDF: whole, one page, its words in it."""

import re

from appliance.paper.pdf import to_pdf
from appliance.paper.shapes import Circle, Label, Rect, Sheet, Stroke


def a_sheet() -> Sheet:
    sheet = Sheet(210, 297, "Lächelt (alle)", "de")
    sheet.add(Rect(x=1, y=2, width=3, height=4, fill="#ff0000", stroke="#000000"))
    sheet.add(Circle(x=5, y=6, radius=7, fill="#00ff00"), Stroke(points=[(0, 0), (9, 9), (9, 0)]))
    sheet.add(Label(x=105, y=50, text="back\\slash (ä)", size=5, bold=True, anchor="middle"))
    return sheet


def test_every_object_is_where_the_table_says_and_the_stream_is_as_long_as_told() -> None:
    data = to_pdf(a_sheet())
    assert data.startswith(b"%PDF-1.4")
    assert data.endswith(b"%%EOF\n")
    begin = int(re.findall(rb"startxref\n(\d+)", data)[0])
    assert data[begin:].startswith(b"xref\n0 8\n")
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n ", data[begin:], re.MULTILINE)]
    assert len(places) == 7
    for number, place in enumerate(places, 1):
        assert data[place:].startswith(b"%d 0 obj\n" % number)
    length = int(re.findall(rb"/Length (\d+)", data)[0])
    stream = data.partition(b"stream\n")[2][:length]
    assert data.partition(b"stream\n")[2][length:].startswith(b"\nendstream")
    assert stream.count(b"BT ") == stream.count(b" ET") == 1


def test_the_page_is_a4_and_words_are_escaped() -> None:
    data = to_pdf(a_sheet())
    assert b"/MediaBox [0 0 595.28 841.89]" in data
    assert b"(back\\\\slash \\(\xe4\\))" in data
    assert b"/Title (L\xe4chelt \\(alle\\))" in data
    assert b"/Lang (de)" in data
