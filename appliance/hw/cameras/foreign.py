"""Picture formats that are recognised but not supported, so that a message can name them."""

import re
from pathlib import PurePath

HEAD_BYTES = 512

_RAW = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".kdc", ".mrw", ".nef", ".nrw", ".orf", ".pef"}
    | {".raf", ".raw", ".rw2", ".sr2", ".srw", ".x3f"}
)
_RAW_WORDS = "a raw picture, as a camera's sensor saw it"
_BRANDS = (
    ((b"avif", b"avis"), "an AVIF picture"),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "a HEIC picture of a phone"),
    ((b"crx ",), _RAW_WORDS),
)
"""Brands of files that begin like an MP4 (ISO 14496-12, ftyp)."""
_SIGNATURES = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"gimp xcf", "a GIMP file"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"JXL ", "a JPEG XL picture"),
    (4, b"jP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance picture"),
    *((0, b"P%d" % number + space, "a Netpbm picture") for number in range(1, 8) for space in (b"\n", b" ")),
    (0, b"\x0a\x05\x01\x08", "a PCX picture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"BPG\xfb", "a BPG picture"),
    (0, b"DDS ", "a DDS picture"),
    (0, b"FLIF", "a FLIF picture"),
    (0, b"\x00\x00\x01\x00", "an icon"),
    (0, b"FUJIFILMCCD-RAW", _RAW_WORDS),
    (0, b"IIU\x00", _RAW_WORDS),
    (0, b"IIRO", _RAW_WORDS),
    (0, b"FOVb", _RAW_WORDS),
    (8, b"CR\x02", _RAW_WORDS),
)


def name_of_kind(name: str, head: bytes) -> str | None:
    """Return the format of a file that begins with ``head``; None if it may be a supported one."""
    if head[4:8] == b"ftyp":
        return next((kind for brands, kind in _BRANDS if head[8:12] in brands), None)
    for offset, signature, kind in _SIGNATURES:
        if head.startswith(signature, offset):
            return kind
    if re.match(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>)?.{0,400}?<svg[\s>]", head, re.DOTALL | re.IGNORECASE):
        return "an SVG drawing"
    tiff = head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"))
    return _RAW_WORDS if tiff and PurePath(name).suffix.lower() in _RAW else None
