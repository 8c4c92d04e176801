"""The page with guests let in."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.web.guests import Guests
from tests.support.guest_party import Party, guest_pass
from tests.support.page_server import serving
from tests.support.passwords import HASHED


@pytest.fixture
def party(tmp_path: Path) -> Iterator[Party]:
    secret = guest_pass(time.time() - 3600, time.time() + 3600)
    extra = f"  guests: true\n  guest_pass: '{secret}'\n"
    with serving(tmp_path, password=HASHED, extra=extra) as page:
        yield Party(page, Guests(True, secret))
