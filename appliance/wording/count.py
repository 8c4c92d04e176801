"""Numbers with the word they count."""


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return "1 photo", "2 photos"; ``plural`` is the plural where it is not ``singular`` with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
