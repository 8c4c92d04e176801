"""The note for the wall with the way in for guests on it."""

import time

from appliance.language.catalogue import Catalogue
from appliance.paper.shapes import Sheet
from appliance.paper.wall_note import WayIn, wall_note
from appliance.web.address import qr_modules
from appliance.web.guests import PAGE, Guests


def note_of(guests: Guests, address: str, catalogue: Catalogue) -> Sheet:
    """Return the note; ``address`` is the page's. While guests are not let in it has no QR code."""
    if not guests.open:
        return wall_note(catalogue)
    page = f"{address.rstrip('/')}{PAGE}"
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(guests.party.until))
    modules = qr_modules(f"{page}#{guests.token()}")
    return wall_note(catalogue, WayIn(modules=modules, address=page, code=guests.code, until=until))
