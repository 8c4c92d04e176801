"""Passwords as they stand in the configuration."""

import hashlib

import pytest

from appliance.web.passwords import hash_password, matches
from tests.support.passwords import HASHED, PASSWORD


def test_a_password_is_hashed_with_salt_and_recognised() -> None:
    hashed = hash_password(PASSWORD)
    assert hash_password(PASSWORD) != hashed
    assert PASSWORD not in hashed
    assert matches(PASSWORD, hashed)
    assert not matches(PASSWORD + " ", hashed)


@pytest.mark.parametrize("guess", ["", PASSWORD[:-1], PASSWORD.upper(), "\ud800"])
def test_no_other_password_is_taken_for_it(guess: str) -> None:
    assert matches(PASSWORD, HASHED)
    assert not matches(guess, HASHED)


@pytest.mark.parametrize("cost", ["scrypt:60:8:1", "scrypt:13:99:99", "scrypt:0:0:0"])
def test_a_cost_written_by_hand_that_cannot_be_paid_matches_nothing(cost: str) -> None:
    assert not matches(PASSWORD, f"{cost}:{'0' * 32}:{'0' * 64}")


@pytest.mark.parametrize(
    ("set_as", "typed"),
    [
        ("Cafe\u0301 Mu\u0308ller 7", "Caf\u00e9 M\u00fcller 7"),  # pasted from a Mac, typed on a phone
        ("Caf\u00e9 M\u00fcller 7", "Cafe\u0301 Mu\u0308ller 7"),
        ("\uff11\uff12\uff13\uff14selfie", "1234selfie"),  # wide digits of a Japanese keyboard
        ("\ufb01lm party", "film party"),
    ],
)
def test_the_same_letters_are_the_same_password(
    monkeypatch: pytest.MonkeyPatch, set_as: str, typed: str
) -> None:
    monkeypatch.setattr("appliance.web.passwords.LOG_N", 4)  # what guessing costs is beside the point
    hashed = hash_password(set_as)
    assert matches(typed, hashed)
    assert not matches(typed.upper(), hashed)


def test_a_password_hashed_before_letters_were_normalised_still_works() -> None:
    password = "Cafe\u0301 Mu\u0308ller 7"
    salt = bytes(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=1 << 4, r=8, p=10, dklen=32)
    assert matches(password, f"scrypt:4:8:10:{salt.hex()}:{digest.hex()}")
