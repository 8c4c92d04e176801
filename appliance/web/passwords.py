"""Passwords in the configuration: scrypt (RFC 7914), each with its own salt."""

import hashlib
import hmac
import secrets
import unicodedata

LOG_N, R, P = 13, 8, 10
"""Cost, 8 MB and ten rounds: as hard to guess as the recommended 2^17/8/1 (OWASP, Password Storage, 2024), in
the memory of a Zero 2 W."""
SHORTEST = 8
_MAX_MEMORY = 64 * 1024 * 1024


def hash_password(password: str) -> str:
    """Return ``password`` hashed, as the configuration stores it."""
    salt = secrets.token_bytes(16)
    digest = _digest(normalised(password), salt, LOG_N, R, P)
    return f"scrypt:{LOG_N}:{R}:{P}:{salt.hex()}:{digest.hex()}"


def matches(password: str, hashed: str) -> bool:
    """Return whether ``password`` is right; takes a good part of a second, on purpose."""
    _, log_n, r, p, salt, digest = hashed.split(":")
    as_typed = [normalised(password)]
    if as_typed != [password]:
        as_typed.append(password)  # hashed by a version that did not normalise
    try:
        found = [_digest(form, bytes.fromhex(salt), int(log_n), int(r), int(p)) for form in as_typed]
    except ValueError:  # a cost set by hand that is too high, or a lone surrogate
        return False
    return sum(hmac.compare_digest(form, bytes.fromhex(digest)) for form in found) > 0


def normalised(password: str) -> str:
    """Return ``password`` in the form NFKC (Unicode Annex 15): é is one code on a phone and two on a Mac."""
    return unicodedata.normalize("NFKC", password)


def _digest(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << log_n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)
