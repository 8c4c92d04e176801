"""Picture files: JPEG, PNG, WebP, GIF and what else Pillow reads."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from appliance.errors import ApplianceError, PictureError
from appliance.hw.cameras.convert import make_frame
from appliance.imaging.resize import fitted_size
from appliance.records.frame import Colour, Frame, Picture

LARGEST_PICTURE = 120_000_000
"""Pixels. A decoded picture takes three bytes for each: 360 MB."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})

_TURNED = (5, 6, 7, 8)  # the EXIF orientations that swap width and height

# Pillow refuses above twice its limit, also where a later frame of a GIF claims to be larger than the first.
# Between the two it warns, which is no news: those pictures are judged.
Image.MAX_IMAGE_PIXELS = LARGEST_PICTURE // 2
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


class UnknownKindError(PictureError):
    """Not a picture file at all; it may be a video."""


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture file, its size checked, nothing decoded yet. What goes wrong inside is a PictureError.

    Whatever it is: Pillow's decoders raise IndexError, struct.error, TypeError and more on broken files.
    """
    try:
        _refuse_empty(path)
        with Image.open(path) as image:
            yield image
    except ApplianceError:
        raise
    except Exception as error:
        raise _in_words(path, error) from error


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise PictureError(f"{path} is empty (0 bytes)", "Copy it again from where it came")


def _in_words(path: Path, error: Exception) -> PictureError:
    match error:
        case UnidentifiedImageError():
            return UnknownKindError(f"{path} is not a picture", "JPEG, PNG, WebP and GIF can be judged")
        case Image.DecompressionBombError():
            pixels = re.search(r"\((\d+) pixels\)", str(error))
            size = f"{int(pixels[1]) / 1e6:.0f}" if pixels else "too many"
            most = LARGEST_PICTURE // 1_000_000
            return PictureError(
                f"{path} has {size} megapixels", f"At most {most} megapixels are judged: make it smaller"
            )
        case FileNotFoundError():
            return PictureError(f"There is no file {path}", "Is its name right?")
        case MemoryError():
            return PictureError(f"{path} is too large for this machine's memory", "Make it smaller")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return PictureError(f"{path} cannot be read: {reason}", "Is the file whole?")


def is_folder(path: Path) -> bool:
    """Whether it is one; what cannot be looked at is none, and :func:`opened` says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def pictures_in(folder: Path) -> list[Path]:
    """The picture files in a folder, 9.jpg before 10.jpg. Raises PictureError where there is none."""
    try:
        files = [
            file
            for file in folder.iterdir()
            if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        ]
    except OSError as error:
        reason = error.strerror or str(error)
        raise PictureError(f"The folder {folder} cannot be read: {reason}", "May you read it?") from error
    if not files:
        raise PictureError(f"There is no picture in the folder {folder}", "JPEG, PNG, WebP and GIF are read")
    return sorted(files, key=_natural)


def _natural(file: Path) -> tuple[list[tuple[int, str]], str]:
    parts = re.split(r"(\d+)", file.name)
    return [(int(part) if part.isdigit() else -1, part.casefold()) for part in parts], file.name


def upright_bgr(image: Image.Image) -> Colour:
    """uint8 [height, width, 3], BGR, turned the way the camera was held (EXIF orientation).

    To be called inside :func:`opened`. Raises Pillow's DecompressionBombError when the page is too large:
    Pillow looks at the first page's size, and not at every kind's later ones.
    """
    pixels = image.width * image.height
    if pixels > LARGEST_PICTURE:
        raise Image.DecompressionBombError(f"Page size ({pixels} pixels)")
    upright = ImageOps.exif_transpose(image)
    rgb = np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def read_picture(path: Path) -> Colour:
    """The whole picture, BGR. Raises PictureError."""
    with opened(path) as image:
        return upright_bgr(image)


def frame_from_picture_file(
    path: Path, analysis_size: tuple[int, int] = (640, 480), sequence: int = 0, captured_at: float = 0.0
) -> Frame:
    """A still as one frame. The full picture is read again when somebody asks for it.

    A large JPEG is decoded at half, a quarter or an eighth of its size (never under twice the analysis
    size), which takes a fraction of the time and the memory. Raises PictureError.
    """
    with opened(path) as image:
        turned = image.getexif().get(0x0112, 1) in _TURNED
        width, height = (image.height, image.width) if turned else image.size
        small = fitted_size((image.width, image.height), analysis_size[::-1] if turned else analysis_size)
        image.draft("RGB", (2 * small[0], 2 * small[1]))
        bgr = upright_bgr(image)
    picture = Picture(width=width, height=height, convert=lambda: read_picture(path))
    return make_frame(sequence, captured_at, bgr, analysis_size, picture)
