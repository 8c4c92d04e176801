"""The page with guests let in, and photos of yesterday and of today."""

import time

from appliance.web.guests import Guests
from tests.support.page_server import Answer, Page, write_photo

SECRET = "ab" * 32


def guest_pass(since: float, until: float) -> str:
    return f"{since:010.0f}-{until:010.0f}-{SECRET}"


def named(moment: float) -> tuple[str, str]:
    """Day and time in the names of photos taken at ``moment``."""
    local = time.localtime(moment)
    return time.strftime("%Y%m%d", local), time.strftime("%H%M%S", local)


class Party:
    """The page with guests let in, photos of yesterday and of today, and the links."""

    def __init__(self, page: Page, guests: Guests) -> None:
        self.page = page
        self.guests = guests
        now = time.time()
        self.yesterdays = write_photo(page.photos, 1, *named(now - 86400))
        self.todays = [write_photo(page.photos, number, *named(now)) for number in (2, 3)]

    def enter(self, **key: str) -> Answer:
        """Come in by ``link`` or ``code``; the browser keeps the cookie."""
        answer = self.page.ask("/api/guest/enter", "POST", key)
        if answer.status == 200:
            self.page.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        return answer
