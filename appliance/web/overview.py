"""Current status of the appliance, the machine and the page."""

from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from appliance.errors import FeedError
from appliance.web.gallery import Gallery
from appliance.web.link import Link
from appliance.web.live_view import Latency
from appliance.web.machine_status import machine_status

FRESH_SECONDS = 3.0


class Overview:
    """Status of the three, gathered on request."""

    def __init__(self, photos: Path, gallery: Gallery, link: Link, latency: Latency) -> None:
        self._photos = photos
        self._gallery = gallery
        self._link = link
        self._latency = latency

    async def health(self) -> dict[str, Any]:
        """Return everything of the page "Health", and of the metrics."""
        appliance: dict[str, Any] = {}
        try:
            appliance = await self._link.ask("status")
        except FeedError:
            up = False
        else:
            up = True
            if self._link.newest and self._link.clock.now() - self._link.newest_at < FRESH_SECONDS:
                head = self._link.newest[0]
                appliance |= {"armed": int(head["armed"]), "people": len(head["people"])}
        return {
            "up": up,
            "appliance": appliance,
            "fault": self._link.fault,
            "faults": self._link.faults,
            "box": await run_in_threadpool(machine_status, self._photos),
            "photos": len(await run_in_threadpool(self._gallery.pictures)),
            "page": {
                "viewers": self._link.viewers,
                "latency": {share: self._latency.quantile(float(share)) for share in ("0.5", "0.95")},
            },
        }
