"""A sheet as SVG, of its real size. Label keep their measured width, whatever typeface shows them."""

import html

from appliance.paper.shapes import WHITE, Circle, Label, Rect, Shape, Sheet, Stroke
from appliance.paper.typeface import width_of


def to_svg(sheet: Sheet) -> str:
    """Return the file's text."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width:g}mm" height="{sheet.height:g}mm" '
        f'viewBox="0 0 {sheet.width:g} {sheet.height:g}" lang="{sheet.language}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif">'
    )
    title = f"<title>{html.escape(sheet.title)}</title>"
    paper = Rect(x=0, y=0, width=sheet.width, height=sheet.height, fill=WHITE)
    return "\n".join([head, title, *map(_drawn, [paper, *sheet.shapes]), "</svg>\n"])


def _drawn(shape: Shape) -> str:
    match shape:
        case Rect():
            place = (
                f'x="{shape.x:.5g}" y="{shape.y:.5g}" width="{shape.width:.5g}" height="{shape.height:.5g}"'
            )
            return f"<rect {place} {_style(shape.fill, shape.stroke, shape.thick)}/>"
        case Circle():
            place = f'cx="{shape.x:.5g}" cy="{shape.y:.5g}" r="{shape.radius:.5g}"'
            return f"<circle {place} {_style(shape.fill, shape.stroke, shape.thick)}/>"
        case Stroke():
            points = " ".join(f"{x:.5g},{y:.5g}" for x, y in shape.points)
            style = _style("", shape.stroke, shape.thick)
            return f'<polyline points="{points}" stroke-linecap="round" {style}/>'
        case Label():
            return _words(shape)


def _words(shape: Label) -> str:
    weight = ' font-weight="bold"' if shape.bold else ""
    wide = width_of(shape.text, shape.size, shape.bold)
    return (
        f'<text x="{shape.x:.5g}" y="{shape.y:.5g}" font-size="{shape.size:g}"{weight} fill="{shape.fill}" '
        f'text-anchor="{shape.anchor}" textLength="{wide:.2f}" lengthAdjust="spacingAndGlyphs">'
        f"{html.escape(shape.text)}</text>"
    )


def _style(fill: str, stroke: str, thick: float) -> str:
    drawn = f' stroke="{stroke}" stroke-width="{thick:g}"' if stroke else ""
    return f'fill="{fill or "none"}"{drawn}'
