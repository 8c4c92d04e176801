"""Face detection by our own network, behind the same interface as the cascade."""

from collections.abc import Sequence
from pathlib import Path

from appliance.pipeline.find.drift import Drift
from appliance.pipeline.find.face_network import FaceNetwork
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame


class CnnDetector:
    """Finds faces with the int8 network of ``faces.json``. ``min_size`` in analysis pixels, as everywhere.

    The network always searches the whole picture; known faces only need to be tracked.
    Raises ModelError.
    """

    name = "cnn"
    parts = 1
    full_search_seconds = 0.1
    rejected_from = 0.5

    def __init__(self, description: Path, min_size: int, threads: int = 1) -> None:
        self._network = FaceNetwork(description, threads)
        self._min_size = min_size
        self._drift = Drift()

    def search(self, frame: Frame) -> list[Face]:
        """Find every face of the whole picture; the network's boxes are tight already."""
        found = (
            Face(Box(x, y, w, h), confidence) for x, y, w, h, confidence in self._network.find(frame.colour)
        )
        faces = [face for face in found if face.box.size >= self._min_size]
        self._drift.start(frame.grey, faces)
        return faces

    def search_part(self, frame: Frame, part: int) -> list[Face]:  # noqa: ARG002  (there is one part)
        """Do the same as :meth:`search`."""
        return self.search(frame)

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:  # noqa: ARG002
        """Find the current places of the last full search's faces, except those that changed too much."""
        return self._drift.follow(frame.grey)
