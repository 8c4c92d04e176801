"""Note for the wall beside the camera: what its light says, what happens with the picture, how to get it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.language.catalogue import Catalogue
from appliance.light.patterns import Facts
from appliance.light.states import State
from appliance.light.table import TABLE
from appliance.paper.shapes import FAINT, INK, WHITE, Circle, Label, Rect, Sheet, Stroke
from appliance.paper.typeface import wrapped

A4 = (210.0, 297.0)
_MARGIN = 18.0
_LAMP, _DARK, _LINE = "#f4b400", "#d9ddd9", "#c9cfca"
_SHOWN_SECONDS = 2.0
"""How much of a pattern its strip shows; the slow pulse comes round once."""

HEADING = "Smile together"
SUBHEADING = "This camera takes the picture when everybody smiles."
GUEST_SIGNALS = (
    (State.WAITING, "Blinking", "Not everybody is smiling yet. The faster, the closer."),
    (State.ALL, "On", "Everybody is smiling: hold still."),
    (State.PHOTO, "Quick flashes", "The photo is taken."),
    (State.ARMED, "Slow pulse", "Ready. After a photo: move, or stop and smile again."),
)
"""Signals that guests need, with what they look like and mean."""
PROMISES_TITLE = "What happens with your picture"
PROMISES = (
    "Until everybody smiles nothing is kept. The photo stays on the camera's own card.",
    "The camera recognises nobody, and sends nothing to the internet.",
    "Photos leave it on the owner's USB stick, or by the link on this note, if there is one.",
    "Not in the photo? Turn away or cover the lens. To have a photo deleted, ask the owner.",
)
PHOTOS_TITLE = "Today's photos"
PHOTOS_SCAN = "Scan this with your phone. Or type the code {code} at {address}"
PHOTOS_UNTIL = "Until {time}."
PHOTOS_ROOM = "Room for the QR code"
WIFI_TITLE = "Wi-Fi"
WIFI_SCAN = "First scan this, or join {network} with the password {password}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """How guests get to the photos: a QR code (rows of modules, true is dark), address and code to type."""

    modules: Sequence[Sequence[bool]]
    address: str
    code: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    """Wi-Fi of the camera, as a QR code and to type."""

    modules: Sequence[Sequence[bool]]
    network: str
    password: str


def wall_note(catalogue: Catalogue, way_in: WayIn | None = None, wifi: Wifi | None = None) -> Sheet:
    """Return the note in the catalogue's language, with room for a QR code where there is no way in."""
    translate = catalogue.translate
    wide, high = A4
    sheet = Sheet(wide, high, translate(HEADING), catalogue.language)
    sheet.add(Label(x=wide / 2, y=34, text=translate(HEADING), size=15, bold=True, anchor="middle"))
    sheet.add(Label(x=wide / 2, y=46, text=translate(SUBHEADING), size=5.4, fill=FAINT, anchor="middle"))
    y = 54.0
    for signal, name, meaning in GUEST_SIGNALS:
        _signal(sheet, y, signal, translate(name), translate(meaning))
        y += 26
    y += 8
    sheet.add(Label(x=_MARGIN, y=y, text=translate(PROMISES_TITLE), size=6, bold=True))
    y += 9
    for promise in PROMISES:
        sheet.add(Circle(x=_MARGIN + 1, y=y - 1.4, radius=0.8, fill=_LAMP))
        y = sheet.paragraph(_MARGIN + 5, y, translate(promise), 4.2, wide - 2 * _MARGIN - 5) + 0.8
    _ways_in(sheet, catalogue, way_in, wifi)
    return sheet


def _signal(sheet: Sheet, y: float, signal: State, name: str, meaning: str) -> None:
    """Draw one signal: a lamp, its pattern over two seconds, and what it means."""
    centre = (_MARGIN + 12, y + 9)
    for turn in range(8):
        angle = turn * math.pi / 4
        ray = [(centre[0] + far * math.cos(angle), centre[1] + far * math.sin(angle)) for far in (7.5, 10.0)]
        sheet.add(Stroke(points=ray, stroke=_LAMP, thick=1.2))
    sheet.add(Circle(x=centre[0], y=centre[1], radius=5.5, fill=_LAMP, stroke=INK, thick=0.6))
    _strip(sheet, _MARGIN + 30, y + 5, signal)
    left = _MARGIN + 74
    sheet.add(Label(x=left, y=y + 8, text=name, size=6, bold=True))
    sheet.paragraph(left, y + 15, meaning, 4.6, sheet.width - _MARGIN - left)


def _strip(sheet: Sheet, x: float, y: float, signal: State) -> None:
    """Draw the pattern as a strip of time, bright where the light is on."""
    wide, high = 36.0, 8.0
    sheet.add(Rect(x=x, y=y, width=wide, height=high, fill=_DARK))
    begin = 0.0
    for step in itertools.chain(TABLE[signal].pattern(Facts(level=0.4)), [None]):
        if step is None or begin >= _SHOWN_SECONDS:
            break
        end = min(_SHOWN_SECONDS, begin + step.seconds)
        if step.level:
            place, part = begin / _SHOWN_SECONDS * wide, (end - begin) / _SHOWN_SECONDS * wide
            sheet.add(Rect(x=x + place, y=y, width=part, height=high, fill=_LAMP))
        begin = end
    sheet.add(Rect(x=x, y=y, width=wide, height=high, stroke=INK, thick=0.4))


def _ways_in(sheet: Sheet, catalogue: Catalogue, way_in: WayIn | None, wifi: Wifi | None) -> None:
    """Draw the QR codes at the bottom, that of the Wi-Fi first: it is needed first."""
    sheet.add(Stroke(points=[(_MARGIN, 222), (sheet.width - _MARGIN, 222)], stroke=_LINE))
    if wifi is None:
        _beside(sheet, catalogue, way_in)
        return
    wide = sheet.width / 2 - _MARGIN
    for x, entry in ((_MARGIN, wifi), (_MARGIN + wide, way_in)):
        side, y = 32.0, 228.0
        _code(sheet, x, y, side, entry.modules if entry else None)
        title, scan, until = _words_of(entry, catalogue)
        left, text = x + side + 5, wide - side - 8
        below = y + 5
        for line in wrapped(title, 4.8, text):
            sheet.add(Label(x=left, y=below, text=line, size=4.8, bold=True))
            below += 6.5
        sheet.paragraph(left, below, until, 3.6, text, FAINT)
        sheet.paragraph(x, y + side + 6, scan, 3.6, wide - 5)


def _beside(sheet: Sheet, catalogue: Catalogue, way_in: WayIn | None) -> None:
    """Draw one QR code, with the words to its right."""
    side, y = 48.0, 228.0
    _code(sheet, _MARGIN, y, side, way_in.modules if way_in else None)
    title, scan, until = _words_of(way_in, catalogue)
    left, text = _MARGIN + side + 6, sheet.width - 2 * _MARGIN - side - 6
    sheet.add(Label(x=left, y=y + 6, text=title, size=6, bold=True))
    below = sheet.paragraph(left, y + 15, scan, 4.4, text)
    sheet.paragraph(left, below + 1, until, 4.4, text, FAINT)


def _words_of(entry: WayIn | Wifi | None, catalogue: Catalogue) -> tuple[str, str, str]:
    translate, template = catalogue.translate, catalogue.template
    match entry:
        case WayIn():
            scan = template(PHOTOS_SCAN).format(
                code=entry.code, address=entry.address.removeprefix("http://")
            )
            return translate(PHOTOS_TITLE), scan, template(PHOTOS_UNTIL).format(time=entry.until)
        case Wifi():
            scan = template(WIFI_SCAN).format(network=entry.network, password=entry.password)
            return translate(WIFI_TITLE), scan, ""
        case None:
            return translate(PHOTOS_TITLE), translate(PHOTOS_ROOM), ""


def _code(sheet: Sheet, x: float, y: float, side: float, modules: Sequence[Sequence[bool]] | None) -> None:
    """Draw a QR code, or a frame for one."""
    if modules is None:
        sheet.add(Rect(x=x, y=y, width=side, height=side, stroke=_LINE, thick=0.6))
        return
    sheet.add(Rect(x=x, y=y, width=side, height=side, fill=WHITE))
    module = side / len(modules)
    for row, line in enumerate(modules):
        column = 0
        for dark, run in itertools.groupby(line):
            length = len(list(run))
            if dark:
                place = Rect(
                    x=x + column * module, y=y + row * module, width=length * module, height=module, fill=INK
                )
                sheet.add(place)
            column += length
