"""Face detection by our own network, behind the same interface as the cascade."""

from collections.abc import Sequence
from pathlib import Path

from appliance.frames import Box, Face, Frame
from appliance.pipeline.face_network import FaceNetwork


class CnnDetector:
    """Finds faces with the int8 network of ``faces.json``. ``min_size`` in analysis pixels, as everywhere.

    Raises ModelError.
    """

    name = "cnn"

    def __init__(self, description: Path, min_size: int, threads: int = 1) -> None:
        self._network = FaceNetwork(description, threads)
        self._min_size = min_size

    def search(self, frame: Frame) -> list[Face]:
        """Every face of the whole picture; the network's boxes are tight already."""
        found = (
            Face(Box(x, y, w, h), confidence) for x, y, w, h, confidence in self._network.find(frame.colour)
        )
        return [face for face in found if face.box.size >= self._min_size]

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:  # noqa: ARG002
        """The whole picture again: the network's cost does not depend on what is in it."""
        return self.search(frame)
