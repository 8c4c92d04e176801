"""A sheet as SVG: of its real size, readable by any program, safe whatever it says."""

import xml.etree.ElementTree as ET

from appliance.paper.shapes import Circle, Label, Rect, Sheet, Stroke
from appliance.paper.svg import to_svg


def test_it_is_xml_of_the_sheets_size_with_all_shapes() -> None:
    sheet = Sheet(210, 297, 'a "title" & <more>', "de")
    sheet.add(Rect(x=1, y=2, width=3, height=4, fill="#112233"), Circle(x=5, y=6, radius=7, stroke="#000000"))
    sheet.add(Stroke(points=[(0, 0), (9, 9)]), Label(x=1, y=1, text='<b> & "c"', size=5, anchor="middle"))
    root = ET.fromstring(to_svg(sheet))
    assert (root.get("width"), root.get("height"), root.get("lang")) == ("210mm", "297mm", "de")
    assert [child.tag.rpartition("}")[2] for child in root] == [
        "title", "rect", "rect", "circle", "polyline", "text",
    ]  # fmt: skip
    assert root[0].text == 'a "title" & <more>'
    assert root[-1].text == '<b> & "c"'
