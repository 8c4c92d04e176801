"""Links and codes for guests: signed, expiring, revoked by another secret."""

import time

import pytest

from appliance.web.gallery import StoredPhoto
from appliance.web.guests import ONE_PHOTO_SECONDS, Guests

NOON = 1_764_936_000
SECRET = "ab" * 32


class Wall:
    """Wall clock that the test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def guests(wall: Wall, secret: str = SECRET, since: int = NOON - 3600, until: int = NOON + 3600) -> Guests:
    return Guests(True, f"{since}-{until}-{secret}", wall)


def photo(moment: int, number: int = 1) -> StoredPhoto:
    """A photo as the appliance names it, taken at ``moment``."""
    found = StoredPhoto.named(time.strftime(f"selfie-{number:06d}-%Y%m%d-%H%M%S.jpg", time.localtime(moment)))
    assert found is not None
    return found


def test_the_link_shows_the_photos_of_its_time_and_no_others() -> None:
    party = guests(Wall(NOON))
    grant = party.grant(party.token())
    assert grant is not None
    assert grant.covers(photo(NOON - 3600))
    assert grant.covers(photo(NOON + 3599))
    assert not grant.covers(photo(NOON - 3601)), "before the party"
    assert not grant.covers(photo(NOON + 3601))


def test_a_link_to_one_photo_shows_only_that_one() -> None:
    party = guests(Wall(NOON))
    wanted, other = photo(NOON, 1), photo(NOON, 2)
    grant = party.grant(party.token(wanted.name))
    assert grant is not None
    assert grant.covers(wanted)
    assert not grant.covers(other)


def test_a_link_expires_and_one_for_a_photo_later() -> None:
    wall = Wall(NOON)
    party = guests(wall)
    link, single = party.token(), party.token(photo(NOON).name)
    wall.now = NOON + 3600
    assert party.grant(link) is None
    assert party.has_expired(link)
    assert not party.code_matches(party.code), "the code expires with it"
    assert party.grant(single) is not None
    wall.now = NOON + ONE_PHOTO_SECONDS
    assert party.grant(single) is None


def test_another_secret_revokes_all_links_and_the_code() -> None:
    before, after = guests(Wall(NOON)), guests(Wall(NOON), "cd" * 32)
    for token in (before.token(), before.token(photo(NOON).name)):
        assert before.grant(token) is not None
        assert after.grant(token) is None
        assert not after.has_expired(token), "it is not one of ours any more"
    assert not after.code_matches(before.code)


def test_no_part_of_a_link_can_be_changed() -> None:
    party = guests(Wall(NOON))
    for token in (party.token(), party.token(photo(NOON).name)):
        for place, letter in enumerate(token):
            changed = token[:place] + ("1" if letter != "1" else "2") + token[place + 1 :]
            assert party.grant(changed) is None, changed
        until, since, name, seal = token.split(".")
        assert party.grant(f"{int(until) + 1}.{since}.{name}.{seal}") is None
        assert party.grant(f"{until}.1.{name}.{seal}") is None
        assert party.grant(f"{until}.{since}..{seal}") is None or not name
    for nonsense in ("", ".", "...", "a.b.c.d", "1.2..", "é" * 40, "9" * 5000):
        assert party.grant(nonsense) is None


def test_the_code_is_taken_as_people_type_it() -> None:
    party = guests(Wall(NOON))
    code = party.code
    assert len(code) == 9
    assert not set(code) & set("0O1ILU")
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        f" {code[:4]} {code[5:]} ",
        code.replace("-", "–"),
    ):
        assert party.code_matches(typed), typed
    for wrong in ("", "-", code[:-1], f"{code}A", "ÀÀÀÀ-ÀÀÀÀ", "AAAA-AAAA"):
        assert not party.code_matches(wrong), wrong


@pytest.mark.parametrize(("on", "guest_pass"), [(False, f"{NOON}-{NOON + 1}-{SECRET}"), (True, "")])
def test_switched_off_or_without_a_secret_nobody_is_let_in(on: bool, guest_pass: str) -> None:
    party = Guests(on, guest_pass, Wall(NOON))
    assert not party.on
    assert not party.open
    assert party.grant(guests(Wall(NOON)).token()) is None
    assert not party.code_matches(party.code)
