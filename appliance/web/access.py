"""Access to the page: sessions, tokens that prove that a request comes from the page, login attempts."""

import hashlib
import hmac
import secrets
from collections import OrderedDict

from appliance.clock import Clock
from appliance.web import passwords
from appliance.web.origin import network_of

COOKIE = "smart_selfie_session"
SESSION_SECONDS = 12 * 3600.0
COOKIE_SECONDS = 400 * 86400
"""How long a browser keeps the cookie, the most that browsers allow. It outlives the session in it: what is
left tells that this browser has logged in once."""
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

    def matches_known(self, password: str) -> bool:
        """Return whether ``password`` has matched before, at once."""
        mark = hmac.digest(self._key, password.encode(errors="surrogatepass"), "sha256")
        return self._known is not None and hmac.compare_digest(mark, self._known)

    def open(self, device: str = "") -> str:
        """Open a session and return its token: the browser's name, its signature, a secret.

        ``device`` is the name the browser had before, if it had one.
        """
        token = f"{self.device_token(device or secrets.token_urlsafe(16))}.{secrets.token_urlsafe(32)}"
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

    def is_open(self, token: str) -> bool:
        """Return whether ``token`` is an open session's, without this counting as its use."""
        return not self.needed or self._ends.get(_mark(token), 0.0) > self._clock.now()

    def device(self, token: str) -> str:
        """Return the name of the browser that has ``token``, also after its session; empty where unknown.

        Known are browsers that have logged in with today's password: the signature needs no memory, and a
        new password makes it void.
        """
        device, _, rest = token.partition(".")
        signature = rest.partition(".")[0]
        right = self.device_token(device).partition(".")[2]
        return device if hmac.compare_digest(signature.encode(), right.encode()) else ""

    def device_token(self, device: str) -> str:
        """Return the name ``device`` with its signature: a token without a session."""
        signed = hmac.digest(self._hashed.encode(), b"browser " + device.encode(), "sha256")
        return f"{device}.{signed.hex()[:40]}"

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
    """Limit on password attempts: a token bucket per client, and one for all of them together.

    A browser that has logged in before has a bucket of its own, which no stranger can empty. One half of the
    bucket for all strangers is reserved for those without a recent failure, so that a few constant guessers
    leave attempts to others.
    """

    BURST, SECONDS_EACH = 5, 12.0
    BURST_ALL, SECONDS_EACH_ALL = 20, 3.0
    FORGIVEN_SECONDS = 600.0
    MOST_ADDRESSES = 1024

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all = (float(self.BURST_ALL), clock.now())
        self._by_client: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, device: str = "") -> float:
        """Use up one attempt and return 0, or return the seconds until the next one.

        ``device`` is the browser's name if it has logged in before, see :meth:`Sessions.device`.
        """
        now = self._clock.now()
        if device and self._left(_device(device), now) >= 1:
            self._use(_device(device), now)
            return 0.0
        client = network_of(address)
        mine = self._left(client, now)
        everybodys = _filled(self._all, self.BURST_ALL, self.SECONDS_EACH_ALL, now)
        _, failed_at = self._by_client.get(client, (0.0, -self.FORGIVEN_SECONDS))
        needed = 1.0 if now - failed_at >= self.FORGIVEN_SECONDS else 1.0 + self.BURST_ALL / 2
        if mine < 1 or everybodys < needed:
            return max((1 - mine) * self.SECONDS_EACH, (needed - everybodys) * self.SECONDS_EACH_ALL, 1.0)
        self._use(client, now)
        self._all = (everybodys - 1, now)
        return 0.0

    def reset(self, address: str, device: str = "") -> None:
        """Restore all attempts of ``address`` and ``device``, and the common one: the password was right."""
        if not device:
            now = self._clock.now()
            left = _filled(self._all, self.BURST_ALL, self.SECONDS_EACH_ALL, now)
            self._all = (min(float(self.BURST_ALL), left + 1), now)
        self._by_client.pop(network_of(address), None)
        self._by_client.pop(_device(device), None)

    def _left(self, client: str, now: float) -> float:
        return _filled(self._by_client.get(client), self.BURST, self.SECONDS_EACH, now)

    def _use(self, client: str, now: float) -> None:
        self._by_client[client] = (self._left(client, now) - 1, now)
        self._by_client.move_to_end(client)
        while len(self._by_client) > self.MOST_ADDRESSES:
            self._by_client.popitem(last=False)


def _device(name: str) -> str:
    return f"browser {name}"


def _filled(bucket: tuple[float, float] | None, burst: int, each: float, now: float) -> float:
    if bucket is None:
        return float(burst)
    left, since = bucket
    return min(float(burst), left + (now - since) / each)
