"""Numbers with the word they count."""


def counted(number: int, one: str, more: str = "") -> str:
    """Return "1 photo", "2 photos"; ``more`` is the plural where it is not ``one`` with an s."""
    return f"{number} {one if number == 1 else more or one + 's'}"
