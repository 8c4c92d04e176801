"""Picture files: JPEG, PNG, WebP, GIF, BMP and TIFF."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from appliance.errors import ApplianceError, PictureError
from appliance.hw.cameras import series
from appliance.hw.cameras.convert import make_frame
from appliance.hw.cameras.foreign import HEAD_BYTES, name_of_kind
from appliance.hw.cameras.limits import LARGEST_PICTURE, TOO_LARGE, check_cost
from appliance.hw.cameras.pixels import TURNED, orientation_of, upright_bgr
from appliance.imaging.resize import fitted_size
from appliance.records.frame import Colour, Frame, Picture
from appliance.storage.regular_file import NotRegularFileError, open_regular

READ_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
"""The only ones that Pillow may open: it would hand PostScript to another program."""
KINDS = "JPEG, PNG, WebP, GIF, BMP and TIFF"
_STARTS = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})

DRAFTED = ("JPEG", "MPO")
"""Formats that can be decoded at a part of their size."""
_PARTS = (1, 2, 4, 8)
"""Sizes that libjpeg decodes at: the whole, a half and so on."""
_ENOUGH = 4
"""Times the analysis size, in either direction: a larger picture is averaged to about that first."""

# Pillow refuses above twice its limit, also where a later frame of a GIF claims to be larger than the first.
# Between the two it only warns: those pictures are judged.
Image.MAX_IMAGE_PIXELS = LARGEST_PICTURE // 2
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Of broken metadata, which nobody asked for.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def _pass_over(stream: PngImagePlugin.PngStream, _position: int, length: int) -> bytes:
    """Read a PNG's text without looking at it: nobody needs it, and much of it makes Pillow refuse it."""
    assert stream.fp is not None
    return stream.fp.read(length)


class _Lenient(PngImagePlugin.PngStream):
    """As every viewer: a wrong checksum matters only where the picture needs the chunk (PNG, 5.4)."""

    def crc(self, cid: bytes, data: bytes) -> None:
        if cid[0] & 0x20:
            self.crc_skip(cid, data)
        else:
            super().crc(cid, data)


PngImagePlugin.PngStream = _Lenient  # type: ignore[misc]  # Pillow has no other way

for _chunk in ("iCCP", "tEXt", "zTXt", "iTXt"):
    setattr(PngImagePlugin.PngStream, f"chunk_{_chunk}", _pass_over)


class UnknownKindError(PictureError):
    """Not a picture file at all; it may be a video."""


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture file, nothing decoded yet. What goes wrong inside is a PictureError.

    Whatever it is: Pillow's decoders raise IndexError, struct.error, TypeError and more on broken files.
    """
    try:
        with open_regular(path) as file:
            head = file.read(HEAD_BYTES)
            _refuse_foreign(path, head)
            file.seek(0)
            with opened_stream(path, file) as image:
                yield image
    except UnknownKindError as error:
        raise _explain_unidentified(path, head) from error
    except ApplianceError:
        raise
    except OSError as error:
        raise in_words(path, error) from error


@contextmanager
def opened_stream(path: Path, file: BinaryIO) -> Iterator[Image.Image]:
    """The same of ``file``, which was opened as or cut out of ``path``."""
    try:
        with Image.open(file, formats=READ_FORMATS) as image:
            yield image
    except PictureError as error:
        if str(path) in error.what:
            raise
        raise PictureError(f"{path} {error.what}", error.hint) from error
    except ApplianceError:
        raise
    except Exception as error:
        raise in_words(path, error) from error


def _refuse_foreign(path: Path, head: bytes) -> None:
    if not head:
        raise PictureError(f"{path} is empty (0 bytes)", "Copy it again from where it came")
    foreign = name_of_kind(path.name, head)
    if foreign is not None:
        raise PictureError(f"{path} is {foreign}", f"{KINDS} can be judged: save it as JPEG")


def _explain_unidentified(path: Path, head: bytes) -> PictureError:
    """Return what a file is that Pillow does not take for a picture."""
    kind = next((kind for kind, starts in _STARTS.items() if head.startswith(starts)), None)
    if kind is None:
        return UnknownKindError(f"{path} is not a picture", f"{KINDS} can be judged")
    return PictureError(
        f"{path} begins as a {kind} and cannot be read: it is damaged, or of a rare kind",
        "Copy it again from where it came, or save it as JPEG",
    )


def in_words(path: Path, error: Exception) -> PictureError:
    """Return what an exception of Pillow's means."""
    match error:
        case NotRegularFileError():
            return PictureError(
                f"{path} cannot be read: {error.strerror}", "Name a picture or a folder of them"
            )
        case UnidentifiedImageError():
            return UnknownKindError(f"{path} is not a picture", f"{KINDS} can be judged")
        case Image.DecompressionBombError():
            pixels = re.search(r"\((\d+) pixels\)", str(error))
            size = f"{int(pixels[1]) / 1e6:.0f}" if pixels else "too many"
            return PictureError(f"{path} has {size} megapixels", TOO_LARGE)
        case FileNotFoundError():
            return PictureError(f"The file {path} does not exist", "Check its name")
        case MemoryError():
            return PictureError(f"{path} is too large for this machine's memory", "Make it smaller")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return PictureError(f"{path} cannot be read: {reason}", "Copy it again: the file may be incomplete")


def is_folder(path: Path) -> bool:
    """Return whether it is one; what cannot be looked at is none, and :func:`opened` says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def pictures_in(folder: Path) -> list[Path]:
    """Return the picture files in a folder, 9.jpg before 10.jpg. Raises PictureError where there is none."""
    try:
        files = [
            file
            for file in folder.iterdir()
            if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        ]
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(
            f"The folder {folder} cannot be read: {reason}", "Check its permissions"
        ) from error
    if not files:
        raise PictureError(f"The folder {folder} holds no pictures", f"{KINDS} are read")
    return sorted(files, key=_natural)


def _natural(file: Path) -> tuple[list[tuple[int, str]], str]:
    parts = re.split(r"(\d+)", file.name)
    return [(int(part) if part.isdecimal() else -1, part.casefold()) for part in parts], file.name


def holds_more(path: Path) -> bool:
    """Return whether the file holds pictures behind the first one, which are not judged. Raises PictureError.

    What phones add to a photo is none: MPO has the same photo again, in small or for the other eye.
    """
    with opened(path) as image:
        return image.format != "MPO" and (_is_animated(image) or found_in(path).followed)


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # what follows the first picture is broken
        return True


def found_in(path: Path) -> series.Found:
    """Return the scans of a JPEG, and whether another picture follows the first one. Raises OSError."""
    with open_regular(path) as file:
        return series.first_picture(file)


def read_page(
    path: Path, image: Image.Image, orientation: int = 1, scans: int = 1, *, animated: bool = False
) -> Colour:
    """Return all pixels of ``image``, opened from ``path``, BGR. To be called inside :func:`opened`."""
    check_cost(path, image, scans, whole=True, turned=orientation in TURNED, animated=animated)
    return upright_bgr(image, orientation)


def read_picture(path: Path) -> Colour:
    """Return the whole picture, BGR. Raises PictureError.

    A JPEG too large for that is decoded at a half, a quarter or an eighth of its size.
    """
    part = next((part for part in _PARTS if _fits(path, part)), _PARTS[-1])
    with opened(path) as image:
        scans = found_in(path).scans
        _draft(image, part)
        check_cost(path, image, scans, whole=True)  # before a PNG is decoded to learn its orientation
        return read_page(path, image, orientation_of(image), scans)


def _fits(path: Path, part: int) -> bool:
    """Return whether there is memory for ``1 / part`` of the picture's size; True if it has no other size."""
    with opened(path) as image:
        if image.format not in DRAFTED:
            return True
        _draft(image, part)
        try:
            turned = orientation_of(image) in TURNED
            check_cost(path, image, found_in(path).scans, whole=True, turned=turned)
        except PictureError:
            return False
        return True


def _draft(image: Image.Image, part: int) -> None:
    """To be called once for each opening: a second draft goes by what the first one left."""
    if part > 1:
        image.draft(None, (-(-image.width // part), -(-image.height // part)))


def frame_from_picture_file(
    path: Path, analysis_size: tuple[int, int] = (640, 480), sequence: int = 0, captured_at: float = 0.0
) -> Frame:
    """Return a still as one frame. The full picture is read again when somebody asks for it.

    A large JPEG is decoded at half, a quarter or an eighth of its size (never under twice the analysis
    size), which takes a fraction of the time and the memory. Raises PictureError.
    """
    with opened(path) as image:
        scans = found_in(path).scans
        if image.format not in DRAFTED:
            check_cost(path, image, scans, whole=False)
        orientation = orientation_of(image)
        turned = orientation in TURNED
        width, height = (image.height, image.width) if turned else image.size
        small = fitted_size(image.size, analysis_size[::-1] if turned else analysis_size)
        image.draft("RGB", (2 * small[0], 2 * small[1]))
        check_cost(path, image, scans, whole=False)
        smaller = max(1, min(image.width // (_ENOUGH * small[0]), image.height // (_ENOUGH * small[1])))
        bgr = upright_bgr(image, orientation, smaller)
    picture = Picture(width=width, height=height, convert=lambda: read_picture(path))
    return make_frame(sequence, captured_at, bgr, analysis_size, picture)
