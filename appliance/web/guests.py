"""Guests: whoever has a signed link or the code may view and download photos, until it expires.

Nothing is kept about a guest: the signed token in the link is also the browser's cookie. ``web.guest_pass``
holds the secret it is signed with, so another secret ends all links, codes and browsers at once.
"""

import base64
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.config.values import GUEST_PASS
from appliance.web.gallery import StoredPhoto

GUEST_COOKIE = "smart_selfie_guest"
PAGE = "/guest"
"""Address of the guests' page; everything that only guests may ask for is below it or below API."""
API = "/api/guest"
ONE_PHOTO_SECONDS = 7 * 86400
"""How long a link to one photo opens it."""
CODE_LENGTH = 8
"""Characters of a code: 30^8 codes, at one guess in three seconds of all guests together."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that nobody takes for each other: without 0 and O, 1, I and L, U and V."""
_TOKEN = re.compile(
    r"(?P<until>[0-9]{1,11})\.(?P<since>[0-9]{1,11})\.(?P<name>[a-z0-9-]{0,40})\.(?P<seal>[\w-]{22})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a guest may see: photos taken from ``since`` to ``until``, or only the photo ``name``.

    Both are seconds since 1970 on the wall clock, which also names the photos; the grant ends at ``until``.
    """

    since: int
    until: int
    name: str = ""

    def covers(self, photo: StoredPhoto) -> bool:
        """Return whether the guest may see ``photo``."""
        if self.name:
            return photo.name == self.name
        return _local(self.since) <= photo.day + photo.time <= _local(self.until)


class Guests:
    """Guests of the page. ``on`` and ``guest_pass`` are ``web.guests`` and ``web.guest_pass``.

    ``wall`` returns the wall clock's seconds since 1970.
    """

    def __init__(self, on: bool, guest_pass: str, wall: Callable[[], float] = time.time) -> None:
        since, until, secret = guest_pass.split("-") if GUEST_PASS.fullmatch(guest_pass) else ("0", "0", "")
        self.on = on and bool(secret)
        self.party = Grant(int(since), int(until))
        self._secret = bytes.fromhex(secret)
        self._wall = wall

    @property
    def open(self) -> bool:
        """Return whether the code, and the link to all photos, let guests in now."""
        return self.on and self._wall() < self.party.until

    def token(self, photo: str = "") -> str:
        """Return the token of a link to all of today's photos, or to ``photo`` alone."""
        grant = Grant(0, int(self._wall()) + ONE_PHOTO_SECONDS, photo) if photo else self.party
        return self._sealed(grant)

    @property
    def code(self) -> str:
        """Return the code that lets in as the link to all photos does, such as ``K7QM-3XPA``."""
        number = int.from_bytes(self._digest(f"code {self.party.since} {self.party.until}")[:16])
        letters = ""
        for _ in range(CODE_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters += _LETTERS[letter]
        return f"{letters[: CODE_LENGTH // 2]}-{letters[CODE_LENGTH // 2 :]}"

    def code_matches(self, text: str) -> bool:
        """Return whether ``text`` is the code, in capitals or not, with or without the dash, and in time."""
        typed = "".join(letter for letter in text.upper() if letter.isalnum())
        return self.open and hmac.compare_digest(typed.encode(), self.code.replace("-", "").encode())

    def grant(self, token: str) -> Grant | None:
        """Return what ``token`` allows now; None where it is forged, revoked or expired."""
        grant = self._unsealed(token) if self.on else None
        return grant if grant is not None and self._wall() < grant.until else None

    def seconds_left(self, token: str) -> int:
        """Return for how many seconds ``token`` is still valid."""
        grant = self.grant(token)
        return 0 if grant is None else max(0, int(grant.until - self._wall()))

    def has_expired(self, token: str) -> bool:
        """Return whether ``token`` is genuine, and too old."""
        return self._unsealed(token) is not None and self.grant(token) is None

    def _sealed(self, grant: Grant) -> str:
        text = f"{grant.until}.{grant.since}.{grant.name.removesuffix('.jpg')}"
        return f"{text}.{self._seal(text)}"

    def _unsealed(self, token: str) -> Grant | None:
        found = _TOKEN.fullmatch(token)
        if found is None or not self._secret:
            return None
        text, _, seal = token.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            return None
        name = f"{found['name']}.jpg" if found["name"] else ""
        return Grant(int(found["since"]), int(found["until"]), name)

    def _seal(self, text: str) -> str:
        """Return the first 128 bits of the signature, enough by RFC 2104, section 5, in 22 letters."""
        return base64.urlsafe_b64encode(self._digest(f"guest {text}")[:16]).decode().rstrip("=")

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), "sha256")


def _local(moment: int) -> str:
    """Return ``moment`` as photos are named, YYYYMMDDHHMMSS in local time."""
    return time.strftime("%Y%m%d%H%M%S", time.localtime(moment))
