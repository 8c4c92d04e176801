"""Photos of one person each (GENKI-4K): their list, and the face as the appliance sees it."""

import csv
from collections.abc import Iterable
from pathlib import Path

from appliance.config.schema import FaceSettings
from appliance.hw.cameras.pictures import frame_from_picture_file
from appliance.pipeline.assembly import open_detector
from appliance.records.faces import Face
from appliance.records.frame import Frame
from models.training.errors import BadDataError


def read_labels(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Rows of the list, with at least ``columns``.

    :raises BadDataError: missing, empty, or a column is not there
    """
    try:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise BadDataError(f"{path}: {error.strerror}; expected {', '.join(columns)}") from None
    missing = set(columns) - set(rows[0] if rows else ())
    if missing:
        raise BadDataError(f"{path}: no {', '.join(sorted(missing))}; expected {', '.join(columns)}")
    return rows


class OwnFinder:
    """The appliance's face finder, exactly as it looks at a still picture."""

    def __init__(self, detector: str = "auto") -> None:
        """``detector`` as in ``faces.detector`` of config.yaml."""
        self._detector = open_detector(FaceSettings(detector=detector))

    def largest(self, photo: Path) -> tuple[Frame, Face | None]:
        """The photo as one frame, and its largest face if there is one. Raises PictureError."""
        frame = frame_from_picture_file(photo)
        return frame, max(self._detector.search(frame), key=lambda face: face.box.size, default=None)
