"""Logins beyond the limit: a few wait and are then looked at, so that a guesser shuts out nobody.

Behind a router or a proxy the owner and somebody who guesses have one address, and a new browser cannot tell
which it is. Who guesses one password after the other waits for each; the others are as many as have a place.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.web.origin import network_of

WAIT_SECONDS = 6.0
"""Less than a connection may be silent for."""
PLACES, PLACES_EACH = 3, 2
"""In all and of one network: one guess in two seconds at most, beside those within the limit."""


class WaitingRoom:
    """Places for logins that the limit would refuse. For one event loop."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[bool]:
        """Wait if there is a place, and hold it while the password is looked at; False: there is none."""
        network = network_of(address)
        if self._waiting.total() >= PLACES or self._waiting[network] >= PLACES_EACH:
            yield False
            return
        self._waiting[network] += 1
        try:
            await asyncio.sleep(WAIT_SECONDS)
            yield True
        finally:
            self._waiting[network] -= 1
            self._waiting += Counter()  # forget those without a place
