"""What a picture of strangers may cost: it is looked at before anything of it is decoded.

The bytes a pixel were measured with Pillow 13 (peak of the resident memory, files of 12 megapixels): PNG 4.0
(RGB), 2.0 (grey, 16 bits); WebP 16.2 to 17.6, and 22 at 119 megapixels; TIFF 8.1 (LZW); GIF 1.0, animated
13.0; JPEG of several scans 10.1 (4:4:4), 12.1 (CMYK), drafted to a quarter 7.1 and 9.0.
"""

import shlex

from PIL import Image

from appliance.errors import PictureError

MOST_MB = 400
"""Megabytes that ``judge`` and ``replay`` have in memory at most; a third are libraries and models."""
BUDGET = 230_000_000
"""Bytes for a picture while it is decoded, to be looked at."""
FULL_BUDGET = 270_000_000
"""Bytes for a picture that is wanted whole, as a photo: with libraries and models they make 400 MB."""
LARGEST_PICTURE = 120_000_000
"""Pixels of any picture, however little it costs."""
TOO_LARGE = f"At most {LARGEST_PICTURE // 1_000_000} megapixels are judged: make it smaller"
MOST_SCANS = 100
"""Of a JPEG. Every scan costs time for the whole picture; encoders write about ten."""
MOST_FRAMES = 20_000
MOST_FRAME_PIXELS = 4_000_000_000
"""Pixels of all frames of an animated picture together, 30 s of work: a minute of 1920x1080 has 3.7e9."""
LARGEST_FRAME = 17_000_000
"""Pixels of a frame of a video or an animated picture, 4096 x 4096 and a little."""
LONGEST_ANIMATION = 3600.0
LONGEST_VIDEO = 24 * 3600.0
"""Seconds. A frame that stands is judged again and again, so time costs as much as frames do."""

_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
_PLAIN = 4
_WEBP, _LARGE_WEBP, _LARGE = 18, 22, 12_500_000
_ANIMATED = 14
_RESULT = 3
_KEPT = 9
"""Bytes a pixel while a photo is made of a whole picture: its pixels, as Pillow wants them, and the JPEG."""
_BITS_PER_SAMPLE = 258


def check_cost(
    path: object,
    image: Image.Image,
    scans: int = 1,
    *,
    whole: bool,
    turned: bool = False,
    animated: bool = False,
) -> None:
    """Raise PictureError if decoding ``image`` would take more memory or time than there is for it.

    To be asked after opening and after ``draft``, before anything is decoded. ``scans`` are a JPEG's; with
    ``whole`` all pixels are wanted as an array, ``turned``: and rotated. ``animated``: it is one of several.
    """
    pixels = image.width * image.height
    if pixels > LARGEST_PICTURE:  # Pillow looks at the first page's size, and not at every kind's later ones
        raise PictureError(f"{path} has {pixels / 1e6:.0f} megapixels", TOO_LARGE)
    if scans > MOST_SCANS:
        raise PictureError(
            f"{path} is a JPEG of more than {MOST_SCANS} scans", "No camera writes such: save it anew"
        )
    each = _ANIMATED if animated and image.format == "GIF" else _decoded(image, scans)
    if whole:
        each = max(_KEPT, each + (2 * _RESULT if turned else _RESULT))
    budget = FULL_BUDGET if whole else BUDGET
    if pixels * each > budget:
        most = f"{budget // each / 1e6:.0f} megapixels of this kind ({_kind(image)})"
        raise PictureError(
            f"{path} has {pixels / 1e6:.0f} megapixels: {pixels * each / 1e6:.0f} MB of memory",
            f"{MOST_MB} MB is the limit, or {most}: make it smaller",
        )


def _kind(image: Image.Image) -> str:
    return f"{image.format or 'picture'}, {image.mode}"


def _decoded(image: Image.Image, scans: int) -> int:
    """Return bytes a pixel while Pillow decodes."""
    stored = _STORED.get(image.mode, _PLAIN)
    match image.format:
        case "WEBP":
            return _WEBP if image.width * image.height <= _LARGE else _LARGE_WEBP
        case "JPEG" | "MPO" if (
            scans > 1
        ):  # all coefficients are kept until the last scan, whatever is drafted
            return stored + 2 * len(image.getbands()) * _undrafted(image)
        case "TIFF":
            bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (8,))
            return stored + -(-sum(bits if isinstance(bits, tuple) else (bits,)) // 8)
    return stored


def _undrafted(image: Image.Image) -> int:
    """Return how many pixels of the file there are for each one that ``draft`` left."""
    scale = getattr(image, "decoderconfig", ())
    return int(scale[0]) ** 2 if scale and scale[0] else 1


def check_frame(path: object, width: int, height: int) -> None:
    """Raise PictureError if a frame of a recording is too large to play."""
    if width * height > LARGEST_FRAME:
        raise PictureError(
            f"{path} has frames of {width}x{height}; {LARGEST_FRAME // 1_000_000} megapixels are the limit",
            f"Make it smaller: ffmpeg -i {shlex.quote(str(path))} -vf scale=1920:-2 smaller.mp4",
        )
