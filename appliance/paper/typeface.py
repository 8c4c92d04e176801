"""Widths of Helvetica, which every reader of PDF has (ISO 32000-1, 9.6.2.2), to measure and wrap words.

Widths are those of Adobe's font metrics (Core14 AFM, 1997), thousandths of the size.
"""

import unicodedata

_WIDTHS = {
    191: "'", 222: "ijl’‘", 260: "|", 278: " !,./:;I[\\]tf·", 333: "()-r`“”", 334: "{}", 355: '"', 389: "*",
    400: "°", 469: "^", 500: "Jckvsxyz", 556: "#$0123456789?L_abdeghnopqu–", 584: "+<=>~×", 611: "FTZß",
    667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1000: "—…", 1015: "@",
}  # fmt: skip
_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_UNKNOWN = 722
"""Of letters that Helvetica does not have: rather too wide than too narrow."""
_BOLD = 1.07
"""Bold words are wider, by no more than this."""
_LATIN = "cp1252"


def width_of(text: str, size: float, bold: bool = False) -> float:
    """Return how wide ``text`` is, in the unit of ``size``."""
    total = sum(_letter(letter) for letter in unicodedata.normalize("NFC", text))
    return total / 1000 * size * (_BOLD if bold else 1.0)


def wrapped(text: str, size: float, wide: float) -> list[str]:
    """Return ``text`` in lines no wider than ``wide``; a word that is wider has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def is_printable(text: str) -> bool:
    """Return whether Helvetica of PDF has all letters of ``text`` (WinAnsiEncoding)."""
    try:
        text.encode(_LATIN)
    except UnicodeEncodeError:
        return False
    return True


def win_ansi(text: str) -> bytes:
    """Return ``text`` in WinAnsiEncoding; a letter that it lacks is a question mark."""
    return unicodedata.normalize("NFC", text).encode(_LATIN, "replace")


def _letter(letter: str) -> int:
    return _OF.get(letter) or _OF.get(unicodedata.normalize("NFD", letter)[0], _UNKNOWN)
