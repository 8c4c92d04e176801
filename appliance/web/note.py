"""The note for the wall with the way in for guests on it."""

import time

from appliance.config.schema import WebSettings
from appliance.language.catalogue import Catalogue
from appliance.paper.shapes import Sheet
from appliance.paper.wall_note import WayIn, Wifi, wall_note
from appliance.web.address import qr_modules, wifi_text
from appliance.web.guests import PAGE, Guests


def note_of(guests: Guests, web: WebSettings, address: str, catalogue: Catalogue) -> Sheet:
    """Return the note; ``address`` is the page's. While guests are kept out it has no QR code for photos."""
    wifi = None
    if web.hotspot:
        code = qr_modules(wifi_text(web.hotspot, web.hotspot_password))
        wifi = Wifi(modules=code, network=web.hotspot, password=web.hotspot_password)
    if not guests.open:
        return wall_note(catalogue, wifi=wifi)
    page = f"{address.rstrip('/')}{PAGE}"
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(guests.party.until))
    modules = qr_modules(f"{page}#{guests.token()}")
    return wall_note(catalogue, WayIn(modules=modules, address=page, code=guests.code, until=until), wifi)
