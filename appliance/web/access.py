"""Access to the page: sessions, tokens that prove that a request comes from the page, login attempts."""

import hashlib
import hmac
import secrets
from collections import OrderedDict

from appliance.clock import Clock
from appliance.web import passwords

COOKIE = "smart_selfie_session"
SESSION_SECONDS = 12 * 3600.0
MOST_SESSIONS = 64


class Sessions:
    """Logged-in browsers, in memory: a restart logs everybody out. Without a password everybody is in."""

    def __init__(self, hashed: str, clock: Clock) -> None:
        self._hashed = hashed
        self._clock = clock
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._known: bytes | None = None

    @property
    def needed(self) -> bool:
        """Whether there is a password at all."""
        return bool(self._hashed)

    def password_matches(self, password: str) -> bool:
        """Return whether ``password`` is right. Slow on purpose, except for one that matched before."""
        mark = hmac.digest(self._key, password.encode(errors="surrogatepass"), "sha256")
        if self._known is not None and hmac.compare_digest(mark, self._known):
            return True
        if not passwords.matches(password, self._hashed):
            return False
        self._known = mark
        return True

    def open(self) -> str:
        """Open a session and return its token."""
        token = secrets.token_urlsafe(32)
        self._ends[_mark(token)] = self._clock.now() + SESSION_SECONDS
        while len(self._ends) > MOST_SESSIONS:
            self._ends.popitem(last=False)
        return token

    def valid(self, token: str) -> bool:
        """Return whether ``token`` is an open session's, and extend it by SESSION_SECONDS."""
        if not self.needed:
            return True
        mark = _mark(token)
        if self._ends.get(mark, 0.0) <= self._clock.now():
            self._ends.pop(mark, None)
            return False
        self._ends[mark] = self._clock.now() + SESSION_SECONDS
        self._ends.move_to_end(mark)
        return True

    def close(self, token: str) -> None:
        """End the session of ``token``."""
        self._ends.pop(_mark(token), None)

    def proof(self, token: str) -> str:
        """Return what the page must send with every request that changes something (against CSRF)."""
        return hmac.new(self._key, b"page " + token.encode(), "sha256").hexdigest()

    def proof_matches(self, token: str, proof: str) -> bool:
        """Return whether ``proof`` belongs to ``token``."""
        return hmac.compare_digest(self.proof(token).encode(), proof.encode())


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class LoginLimiter:
    """Limit on password attempts: a token bucket per address, and one for all of them together."""

    BURST, SECONDS_EACH = 5, 12.0
    BURST_ALL, SECONDS_EACH_ALL = 20, 3.0
    MOST_ADDRESSES = 1024

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all = (float(self.BURST_ALL), clock.now())
        self._by_address: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """Use up one attempt of ``address`` and return 0, or return the seconds until the next one."""
        now = self._clock.now()
        mine = _filled(self._by_address.get(address), self.BURST, self.SECONDS_EACH, now)
        everybodys = _filled(self._all, self.BURST_ALL, self.SECONDS_EACH_ALL, now)
        if mine < 1 or everybodys < 1:
            return max((1 - mine) * self.SECONDS_EACH, (1 - everybodys) * self.SECONDS_EACH_ALL, 1.0)
        self._by_address[address] = (mine - 1, now)
        self._by_address.move_to_end(address)
        self._all = (everybodys - 1, now)
        while len(self._by_address) > self.MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return 0.0

    def reset(self, address: str) -> None:
        """Restore all attempts of ``address``: its password was right."""
        self._by_address.pop(address, None)


def _filled(bucket: tuple[float, float] | None, burst: int, each: float, now: float) -> float:
    if bucket is None:
        return float(burst)
    left, since = bucket
    return min(float(burst), left + (now - since) / each)
