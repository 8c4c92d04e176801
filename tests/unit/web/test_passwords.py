"""Passwords as they stand in the configuration."""

import pytest

from appliance.web.passwords import hash_password, matches
from tests.support.passwords import PASSWORD


def test_a_password_is_hashed_with_salt_and_recognised() -> None:
    hashed = hash_password(PASSWORD)
    assert hash_password(PASSWORD) != hashed
    assert PASSWORD not in hashed
    assert matches(PASSWORD, hashed)
    assert not matches(PASSWORD + " ", hashed)
    assert not matches("", hashed)


@pytest.mark.parametrize("cost", ["scrypt:60:8:1", "scrypt:13:99:99", "scrypt:0:0:0"])
def test_a_cost_written_by_hand_that_cannot_be_paid_matches_nothing(cost: str) -> None:
    assert not matches(PASSWORD, f"{cost}:{'0' * 32}:{'0' * 64}")
