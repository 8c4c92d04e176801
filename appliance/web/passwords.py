"""Passwords as they stand in the configuration: scrypt (RFC 7914) with a salt of their own."""

import hashlib
import hmac
import secrets
import unicodedata

LOG_N, R, P = 13, 8, 10
"""8 MB and ten rounds: as hard to guess as the recommended 2^17/8/1 (OWASP, Password Storage, 2024), in the
memory of a Zero 2 W."""
SHORTEST = 8
_MAX_MEMORY = 64 * 1024 * 1024


def scramble(password: str) -> str:
    """Return what to write into the configuration for ``password``."""
    salt = secrets.token_bytes(16)
    digest = _digest(normalised(password), salt, LOG_N, R, P)
    return f"scrypt:{LOG_N}:{R}:{P}:{salt.hex()}:{digest.hex()}"


def matches(password: str, scrambled: str) -> bool:
    """Return whether ``password`` is the one; takes a good part of a second, on purpose."""
    _, log_n, r, p, salt, digest = scrambled.split(":")
    as_typed = [normalised(password)]
    if as_typed != [password]:
        as_typed.append(password)  # scrambled by a version that did not normalise
    try:
        found = [_digest(one, bytes.fromhex(salt), int(log_n), int(r), int(p)) for one in as_typed]
    except ValueError:  # a cost written by hand that cannot be paid, or a lone surrogate: no password has one
        return False
    return sum(hmac.compare_digest(one, bytes.fromhex(digest)) for one in found) > 0


def normalised(password: str) -> str:
    """Return ``password`` in the form NFKC (Unicode Annex 15): é is one code on a phone and two on a Mac."""
    return unicodedata.normalize("NFKC", password)


def _digest(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << log_n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)
