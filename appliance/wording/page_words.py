"""Words of the page's scripts, by key. ``{n}``, ``{time}`` and the like are filled in by the script.

A key that ends in ``.one`` is for a count of one, ``.other`` for the rest.
"""

from collections.abc import Mapping

PAGE_WORDS: Mapping[str, str] = {
    "photo.at": "Photo of {time}",
    "photo.deleted.one": "Photo deleted",
    "photo.deleted.other": "{n} photos deleted",
    "photo.deleted.for_good": "Photo deleted for good: the card is too full for the bin",
    "photo.deleted.by_others": "That photo was deleted",
    "photo.restored": "Photo restored",
    "photo.gone": "That photo is not there any more",
    "photos.none": "None yet",
    "photos.count.one": "1 photo",
    "photos.count.other": "{n} photos",
    "photos.empty.title": "No photos yet",
    "photos.empty.text": "They appear here the moment they are taken.",
    "photos.day.download": "Download the photos of {day}",
    "day.today": "Today",
    "day.yesterday": "Yesterday",
    "undo": "Undo",
    "viewer": "Photo",
    "viewer.close": "Close",
    "viewer.delete": "Delete",
    "viewer.download": "Download",
    "viewer.newer": "Newer photo",
    "viewer.older": "Older photo",
    "viewer.zoom": "Zoom",
    "viewer.share": "QR code of this photo for a guest",
    "viewer.unreadable": "This photo cannot be shown",
}
