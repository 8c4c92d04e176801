"""Contact sheet: the photos, the moments before and after them, and everybody's scores over time."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from appliance.draw.chart import Moment, chart
from appliance.draw.overlay import annotate
from appliance.draw.text import AMBER, FAINT, GREEN, INK, badge, font
from appliance.errors import StorageError
from appliance.imaging.resize import shrink
from appliance.pipeline.decide.sensitivity import Level
from appliance.records.decision import Decision
from appliance.records.frame import Bgr, Colour

MOST_MOMENTS = 20_000
"""Frames kept for the chart (two numbers per person); beyond it every second one is dropped."""
MOST_KEYS = 32
"""Small pictures kept of changes, and as many of quiet times; beyond it every second one is dropped."""
QUIET = 0.5
"""Seconds between pictures of quiet times; it doubles whenever half of them are dropped."""
MOST_PHOTOS = 12
"""Photos shown; further ones only appear in the chart."""

SETTLED = 0.35
"""Seconds after a change until its picture is taken: a smile takes a moment to develop."""

_WIDTH, _MARGIN, _GAP = 1600, 40, 16
_CHART = (_WIDTH - 2 * _MARGIN, 360)
_STRIP = 8
_KEY_SIZE = (184, 240)
_PHOTO_SIZE = (752, 640)
_PAPER: Bgr = (247, 249, 250)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Small annotated picture (BGR) with its time in seconds."""

    time: float
    picture: Colour
    all_show: bool
    name: str = ""


class Story:
    """Collects decisions, frame by frame, in bounded memory, and draws a contact sheet of them.

    ``level`` has the thresholds at which a person begins and stops showing the expression. It keeps, in order
    of time, ``moments`` for the chart, and small pictures of ``changes`` and of ``quiet`` times.
    """

    def __init__(self, level: Level) -> None:
        self._level = level
        self.moments: list[Moment] = []
        self.changes: list[Thumbnail] = []
        self.quiet: list[Thumbnail] = []
        self._quiet_seconds = QUIET
        self._photos: list[Thumbnail] = []
        self._photo_times: list[float] = []
        self._frames = 0
        self._stride = 1
        self._state: object = None
        self._changed_at: float | None = None
        self._first_at: float | None = None
        self._seconds = 0.0

    def add(self, decision: Decision) -> None:
        """Add a frame."""
        time = self._since_start(decision)
        self._seconds = time
        if self._frames % self._stride == 0:
            scores = tuple((showing.person.number, showing.score) for showing in decision.people)
            self.moments.append(Moment(time, scores, decision.all_show))
            if len(self.moments) > MOST_MOMENTS:
                self.moments = self.moments[::2]
                self._stride *= 2
        self._frames += 1
        self._notice(decision, time)

    def _since_start(self, decision: Decision) -> float:
        """Return the seconds since the first frame: a live camera's clock started with the machine."""
        time = decision.frame.captured_at
        self._first_at = time if self._first_at is None else self._first_at
        return time - self._first_at

    def _notice(self, decision: Decision, time: float) -> None:
        """Keep a picture of the frame shortly after something changed."""
        state = [(showing.person.number, showing.shows) for showing in decision.people]
        if state != self._state:
            self._state = state
            self._changed_at = time
        if self._changed_at is not None and time >= self._changed_at + SETTLED:
            self._changed_at = None
            self.changes.append(_small(decision, time))
            if len(self.changes) > MOST_KEYS:
                self.changes = self.changes[::2]
        if not self.quiet or time >= self.quiet[-1].time + self._quiet_seconds:
            self.quiet.append(_small(decision, time))
            if len(self.quiet) > MOST_KEYS:
                self.quiet = self.quiet[::2]
                self._quiet_seconds *= 2

    def _strip(self) -> list[Thumbnail]:
        """Return the pictures to show: the changes, and quiet times too if there are few."""
        changes = _spread(self.changes, _STRIP)
        quiet = _spread(self.quiet, _STRIP - len(changes))
        return sorted([*changes, *quiet], key=lambda shot: shot.time)

    def photo(self, path: str | Path, decision: Decision) -> None:
        """Add the photo of this frame, kept at ``path``."""
        time = self._since_start(decision)
        self._photo_times.append(time)
        if len(self._photos) < MOST_PHOTOS:
            picture = annotate(decision, _filling(decision.frame.picture.bgr(), _PHOTO_SIZE), numbers=True)
            self._photos.append(Thumbnail(time, picture, True, Path(path).name))

    def save(self, path: str | Path) -> None:
        """Write the contact sheet as PNG. Raises StorageError."""
        sheet = _Sheet()
        sheet.title(self._headline(), self._subtitle())
        sheet.photos(self._photos)
        if len(self._photo_times) > len(self._photos):
            sheet.note(f"and {len(self._photo_times) - len(self._photos)} more, marked in the chart")
        if strip := self._strip():
            sheet.heading("What happened")
            sheet.strip(strip)
        sheet.heading("How much everybody showed it, and when all did")
        sheet.picture(chart(self.moments, self._photo_times, self._level, _CHART))
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            sheet.image().save(path, format="PNG")
        except OSError as error:
            raise StorageError(
                f"The contact sheet {path} cannot be written: {error.strerror or error}",
                "Check the free space",
            ) from error

    def _headline(self) -> str:
        taken = len(self._photo_times)
        return f"{taken or 'No'} photo{'' if taken == 1 else 's'}"

    def _subtitle(self) -> str:
        return f"in {self._seconds:.1f} s, {self._frames} frames"


def _small(decision: Decision, time: float) -> Thumbnail:
    picture = annotate(decision, shrink(decision.frame.colour, _KEY_SIZE), labels=False)
    return Thumbnail(time, picture, decision.all_show)


def _filling(picture: Colour, size: tuple[int, int]) -> Colour:
    """Return the picture scaled up or down to fit into ``size``."""
    smaller = shrink(picture, size)
    scale = min(size[0] / smaller.shape[1], size[1] / smaller.shape[0])
    if scale <= 1.01:
        return smaller
    return np.asarray(cv2.resize(smaller, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def _spread(shots: list[Thumbnail], most: int) -> list[Thumbnail]:
    """Return at most ``most`` of them, evenly spread, with the first and the last."""
    if len(shots) <= most:
        return shots
    return [shots[i] for i in np.linspace(0, len(shots) - 1, most).round().astype(int)]


class _Sheet:
    """Sheet that grows downwards."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (_WIDTH, _MARGIN), _PAPER[::-1])
        self._draw = ImageDraw.Draw(self._image)
        self._y = _MARGIN - _GAP // 2

    def image(self) -> Image.Image:
        """Return the drawing, with a margin at the bottom."""
        self._room(0)
        return self._image

    def title(self, headline: str, subtitle: str) -> None:
        """Add the first line."""
        self._room(64)
        self._draw.text((_MARGIN, self._y), headline, INK[::-1], font(46), anchor="lt")
        left = _MARGIN + font(46).getlength(headline) + _GAP
        self._draw.text((left, self._y + 36), subtitle, FAINT[::-1], font(24), anchor="ls")
        self._y += 64

    def heading(self, text: str) -> None:
        """Add a heading."""
        self._room(48)
        self._draw.text((_MARGIN, self._y + 12), text, INK[::-1], font(24), anchor="lt")
        self._y += 48

    def note(self, text: str) -> None:
        """Add a small line."""
        self._room(34)
        self._draw.text((_MARGIN, self._y), text, FAINT[::-1], font(20), anchor="lt")
        self._y += 34

    def picture(self, bgr: Colour) -> None:
        """Add a picture at the left margin."""
        self._room(bgr.shape[0])
        self._place(bgr, _MARGIN, self._y)
        self._y += bgr.shape[0] + _GAP

    def photos(self, shots: list[Thumbnail]) -> None:
        """Add photos, two in a row, numbered as in the chart."""
        for start in range(0, len(shots), 2):
            row = shots[start : start + 2]
            height = max(shot.picture.shape[0] for shot in row)
            self._room(height + 44)
            for column, shot in enumerate(row):
                x = _MARGIN + column * (_WIDTH - 2 * _MARGIN + _GAP) // 2
                self._place(shot.picture, x, self._y)
                self._caption(x, self._y + shot.picture.shape[0] + 8, start + column + 1, shot)
            self._y += height + 44

    def _caption(self, x: int, y: int, number: int, shot: Thumbnail) -> None:
        self._place(badge(number, 26, _PAPER), x, y)
        text = f"{shot.time:.1f} s   {shot.name}"
        self._draw.text((x + 36, y + 13), text, INK[::-1], font(19), anchor="lm")

    def strip(self, shots: list[Thumbnail]) -> None:
        """Add small pictures side by side, by time; the bar under each is green when all showed it."""
        height = max(shot.picture.shape[0] for shot in shots)
        self._room(height + 40)
        for column, shot in enumerate(shots):
            x = _MARGIN + column * (_WIDTH - 2 * _MARGIN + 8) // _STRIP
            tall, wide = shot.picture.shape[:2]
            self._place(shot.picture, x, self._y)
            colour = GREEN if shot.all_show else AMBER
            self._draw.rectangle((x, self._y + tall, x + wide - 1, self._y + tall + 5), colour[::-1])
            self._draw.text(
                (x, self._y + tall + 12), f"{shot.time:.1f} s", FAINT[::-1], font(18), anchor="lt"
            )
        self._y += height + 40

    def _place(self, bgr: Colour, x: int, y: int) -> None:
        self._image.paste(Image.fromarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)), (x, y))

    def _room(self, height: int) -> None:
        """Extend the sheet for ``height`` more pixels and the margin."""
        wanted = self._y + height + _MARGIN
        if wanted > self._image.height:
            longer = Image.new("RGB", (_WIDTH, wanted), _PAPER[::-1])
            longer.paste(self._image)
            self._image, self._draw = longer, ImageDraw.Draw(longer)
