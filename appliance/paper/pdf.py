"""A sheet as PDF 1.4 (ISO 32000-1): one page, lines and areas, and the two Helveticas that every reader has.

Written here because nothing else of the program needs a library for it.
"""

from collections.abc import Iterable

from appliance.paper.shapes import Circle, Label, Rect, Shape, Sheet, Stroke
from appliance.paper.typeface import width_of, win_ansi

_POINTS = 72 / 25.4
_ARC = 0.5523
"""Of the radius: how far the handles of four Bézier curves stand out to make a circle."""


def to_pdf(sheet: Sheet) -> bytes:
    """Return the file."""
    drawing = "\n".join(_drawn(shape) for shape in sheet.shapes).encode("latin-1")
    flip = f"{_POINTS:.6f} 0 0 {-_POINTS:.6f} 0 {sheet.height * _POINTS:.3f} cm\n".encode()
    page = f"0 0 {sheet.width * _POINTS:.2f} {sheet.height * _POINTS:.2f}".encode()
    content = flip + drawing
    font = b"<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /%s >>"
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (%s) >>" % sheet.language.encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R "
            b"/Resources << /Font << /F 5 0 R /B 6 0 R >> >> >>" % page,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            font % b"Helvetica",
            font % b"Helvetica-Bold",
            b"<< /Title %s >>" % _text(sheet.title),
        ]
    )


def _file(objects: Iterable[bytes]) -> bytes:
    """Return the file of numbered ``objects``: the first is the root, the last holds the title."""
    data, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n"
        % (
            count,
            table,
            count,
            len(places),
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(data)
    )


def _drawn(shape: Shape) -> str:
    match shape:
        case Rect():
            path = f"{shape.x:.3f} {shape.y:.3f} {shape.width:.3f} {shape.height:.3f} re"
            return _painted(path, shape.fill, shape.stroke, shape.thick)
        case Circle():
            return _painted(_circle(shape.x, shape.y, shape.radius), shape.fill, shape.stroke, shape.thick)
        case Stroke():
            (x, y), *others = shape.points
            path = f"1 J {x:.3f} {y:.3f} m " + " ".join(f"{x:.3f} {y:.3f} l" for x, y in others)
            return _painted(path, "", shape.stroke, shape.thick)
        case Label():
            return _words(shape)


def _circle(x: float, y: float, r: float) -> str:
    path, h = f"{x + r:.3f} {y:.3f} m", _ARC * r
    quarters = (
        (x + r, y + h, x + h, y + r, x, y + r),
        (x - h, y + r, x - r, y + h, x - r, y),
        (x - r, y - h, x - h, y - r, x, y - r),
        (x + h, y - r, x + r, y - h, x + r, y),
    )
    return path + "".join(" " + " ".join(f"{value:.3f}" for value in item) + " c" for item in quarters)


def _words(shape: Label) -> str:
    left = shape.x - (width_of(shape.text, shape.size, shape.bold) / 2 if shape.anchor == "middle" else 0)
    font = "B" if shape.bold else "F"
    place = f"1 0 0 -1 {left:.3f} {shape.y:.3f} Tm"  # the sheet is upside down for PDF
    text = _text(shape.text).decode("latin-1")
    return f"BT {_colour(shape.fill)} rg /{font} {shape.size:g} Tf {place} {text} Tj ET"


def _painted(path: str, fill: str, stroke: str, thick: float) -> str:
    colours = (f"{_colour(fill)} rg " if fill else "") + (
        f"{_colour(stroke)} RG {thick:g} w " if stroke else ""
    )
    return f"{colours}{path} {'B' if fill and stroke else 'f' if fill else 'S'}"


def _colour(code: str) -> str:
    return " ".join(f"{int(code[place : place + 2], 16) / 255:.3f}" for place in (1, 3, 5))


def _text(text: str) -> bytes:
    raw = win_ansi(text)
    for special in (b"\\", b"(", b")"):
        raw = raw.replace(special, b"\\" + special)
    return b"(" + raw + b")"
