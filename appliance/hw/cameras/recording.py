"""A recording as a camera: a video, an animated picture (GIF, WebP, PNG) or a folder of pictures.

Time comes from the recording: every picture is delivered when the clock reaches its moment. On a virtual
clock that is at once, and the same every time; on the real clock it plays as it was recorded.
"""

import io
import shlex
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image, ImageSequence

from appliance.clock import Clock
from appliance.errors import PictureError, RecordingError
from appliance.hw.camera import EndOfRecording
from appliance.hw.cameras import pictures, series
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.limits import (
    LONGEST_ANIMATION,
    MOST_FRAME_PIXELS,
    MOST_FRAMES,
    check_cost,
    check_frame,
)
from appliance.hw.cameras.pixels import orientation_of
from appliance.hw.cameras.reel import Reel, Shot, Shots
from appliance.records.frame import Colour, Frame
from appliance.storage.regular_file import open_regular

LONGEST_STILL = 0.5
"""Seconds. A camera that looks at a picture shown for longer sees it more than once: it is repeated."""

GIF_DELAY_IF_NONE = 0.1
"""Seconds. Browsers show frames of 10 ms and less for this long, and GIFs are made for browsers."""

LONGEST_DELAY = 655.35
"""Seconds, the most a GIF can say. More, in an animated WebP or PNG, is a broken delay: none is told then."""

_COPY = "Copy it again from where it came"


class Recording:
    """Camera that plays a recording once, then raises EndOfRecording.

    ``frame_rate`` (1/s) is the pace of a folder's pictures, unless ``seconds_per_picture`` shows each for
    longer. Raises RecordingError on opening when not one picture can be read, and from ``read`` where the
    recording breaks off: the frames before have been delivered then.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        analysis_size: tuple[int, int] = (640, 480),
        frame_rate: float = 30,
        seconds_per_picture: float | None = None,
    ) -> None:
        reel = _open(path, seconds_per_picture or 1 / frame_rate)
        first = next(reel.shots, None)
        if first is None:
            raise RecordingError(f"{path} holds no picture", _COPY)
        height, width = first.bgr.shape[:2]
        self.description = f"recording {path}: {reel.kind}, {width}x{height}"
        self.frame_count = reel.count
        self._frames = _paced(first, reel.shots, frame_rate)
        if reel.count is not None and reel.kind == "folder":
            self.frame_count = reel.count * _repeats(first.seconds, frame_rate)
        self._clock = clock
        self._analysis_size = analysis_size
        self._started_at: float | None = None
        self._sequence = 0

    def read(self, timeout: float) -> Frame:  # noqa: ARG002  (a file does not stall)
        """Return the next frame, when its time has come. Raises EndOfRecording, RecordingError."""
        try:
            offset, bgr = next(self._frames)
        except StopIteration:
            raise EndOfRecording from None
        if self._started_at is None:
            self._started_at = self._clock.now()
        moment = self._started_at + offset
        self._clock.wait_until(moment)
        frame = make_frame(self._sequence, moment, bgr, self._analysis_size)
        self._sequence += 1
        return frame

    def close(self) -> None:
        """Close the file."""
        self._frames.close()


def _repeats(seconds: float, frame_rate: float) -> int:
    return max(1, round(seconds * frame_rate)) if seconds > LONGEST_STILL else 1


def _paced(first: Shot, others: Shots, frame_rate: float) -> Generator[tuple[float, Colour], None, None]:
    """Yield seconds into the recording and the picture, of every frame."""
    start = 0.0
    shot: Shot | None = first
    with closing(others):
        while shot is not None:
            repeats = _repeats(shot.seconds, frame_rate)
            for again in range(repeats):
                yield start + shot.seconds * again / repeats, shot.bgr
            start += shot.seconds
            shot = next(others, None)


def _open(path: Path, seconds_per_picture: float) -> Reel:
    try:
        if not path.exists():
            raise RecordingError(
                f"The recording {path} is missing", "Name a video, a GIF or a folder of pictures"
            )
        if path.is_dir():
            return _folder(path, seconds_per_picture)
        try:
            return _pictures_of_file(path, seconds_per_picture)
        except pictures.UnknownKindError:
            from appliance.hw.cameras.video import open_video  # noqa: PLC0415  (FFmpeg, only if needed)

            return open_video(path)
    except PictureError as error:
        raise RecordingError(error.what, error.hint) from error
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}", _COPY) from error


def _pictures_of_file(path: Path, seconds: float) -> Reel:
    """Open one picture, an animated one, or several in a row. Raises PictureError, OSError."""
    with pictures.opened(path) as image:
        kind = image.format or "picture"
        if kind == "MPO":  # a photo, and again for the other eye or in small
            return Reel(kind, _single(path, seconds), 1)
        if pictures.found_in(path).followed:
            return Reel(f"{kind} pictures", _series(path, seconds), None)
        count = _count(image)
        _check_animation(path, image, count)
        return Reel(kind, _single(path, seconds) if count == 1 else _animation(path), count)


def _count(image: Image.Image) -> int | None:
    """Return how many pictures the file claims to hold; None if it breaks off: the others can be played."""
    try:
        return getattr(image, "n_frames", 1)
    except Exception:
        return None


def _folder(path: Path, seconds: float) -> Reel:
    files = pictures.pictures_in(path)
    return Reel("folder", _pictures(files, seconds), len(files))


def _pictures(files: list[Path], seconds: float) -> Shots:
    for file in files:
        try:
            yield Shot(pictures.read_picture(file), seconds)
        except PictureError as error:
            raise RecordingError(error.what, error.hint) from error


def _single(path: Path, seconds: float) -> Shots:
    """Return a still."""
    with _explained(path) as count:
        yield Shot(pictures.read_picture(path), seconds)
        count.append(1)
        _check_trailer(path, 1)


def _series(path: Path, seconds: float) -> Shots:
    """Pictures one after the other in one file, which does not say how long each is shown."""
    with _explained(path) as count, open_regular(path) as file:
        for found in series.split_pictures(file):
            with pictures.opened_stream(path, io.BytesIO(found.data)) as image:
                check_cost(path, image, found.scans, whole=True)
                orientation = orientation_of(image)
                bgr = pictures.read_page(path, image, orientation, found.scans)
            yield Shot(bgr, seconds)
            count.append(1)


def _check_animation(path: Path, image: Image.Image, count: int | None) -> None:
    """Raise PictureError for one that would take hours, or too much memory."""
    if count == 1:
        return
    check_frame(path, image.width, image.height)
    frames = count or 1
    if frames > MOST_FRAMES or frames * image.width * image.height > MOST_FRAME_PIXELS:
        raise PictureError(
            f"{path} has {frames} frames of {image.width}x{image.height}, more than there is time for",
            f"Make a video of it: ffmpeg -i {shlex.quote(str(path))} -pix_fmt yuv420p video.mp4",
        )


def _animation(path: Path) -> Shots:
    """Return an animated picture's frames, each for its own duration.

    The file is opened anew: where counting its frames fails, Pillow's place in it is lost.
    """
    with _explained(path) as count, pictures.opened(path) as image:
        check_cost(path, image, whole=True, animated=True)
        orientation, elapsed, pixels = orientation_of(image), 0.0, 0
        for page in ImageSequence.Iterator(image):
            bgr = pictures.read_page(path, page, orientation, animated=True)
            # A WebP tells its delay once it is unpacked.
            delay = page.info.get("duration", 0) / 1000
            shown = delay if 0.01 < delay <= LONGEST_DELAY else GIF_DELAY_IF_NONE
            yield Shot(bgr, shown)
            count.append(1)
            elapsed += shown
            pixels += page.width * page.height
            if elapsed > LONGEST_ANIMATION or pixels > MOST_FRAME_PIXELS:
                raise PictureError(f"{path} is longer than there is time for", "Make a video of it")
        _check_trailer(path, len(count))


def _check_trailer(path: Path, count: int) -> None:
    if path.suffix.lower() == ".gif" and not _has_trailer(path):
        raise RecordingError(f"{path} breaks off after {count} frames", _COPY)


@contextmanager
def _explained(path: Path) -> Iterator[list[int]]:
    """Errors of pictures as those of a recording. To be given a one for every frame that was played."""
    count: list[int] = []
    try:
        yield count
    except PictureError as error:
        after = f" after {len(count)} frames" if count else ""
        what = error.what if str(path) in error.what else f"{path}: {error.what}"
        raise RecordingError(f"{what}{after}", error.hint) from error


def _has_trailer(path: Path) -> bool:
    """Return whether a GIF is complete: it ends with a semicolon. Pillow does not check that."""
    with open_regular(path) as file:
        file.seek(-min(64, path.stat().st_size), 2)
        return file.read().rstrip(b"\x00\r\n ").endswith(b";")
