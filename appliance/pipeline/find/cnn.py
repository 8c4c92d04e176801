"""Face detection by our own networks, behind the same interface as the cascade."""

from collections.abc import Sequence
from pathlib import Path

from appliance.pipeline.find.detector import merge
from appliance.pipeline.find.drift import Drift
from appliance.pipeline.find.face_network import Floats
from appliance.pipeline.find.face_search import FaceSearch
from appliance.records.faces import Face
from appliance.records.frame import Box, Frame


class CnnDetector:
    """Finds faces with the int8 networks of ``faces.json``. ``min_size`` in analysis pixels.

    Every part of a search covers the whole picture for near faces; all but the last also one part of it for
    far ones, as far as the picture is large enough to have so many. Between two searches known
    faces are tracked. Raises ModelError.
    """

    name = "cnn"
    parts = FaceSearch.parts + 1
    near_part: int | None = FaceSearch.parts
    full_search_seconds = 1.0
    rejected_from = 0.2

    def __init__(self, description: Path, min_size: int, threads: int = 1) -> None:
        self._search = FaceSearch(description, threads)
        self._min_size = min_size
        self._drift = Drift()
        self._size: tuple[int, ...] = ()

    def search(self, frame: Frame) -> list[Face]:
        """Find every face of the whole picture; the networks' boxes are tight already."""
        faces = self._faces(self._search.everything(frame.colour))
        self._size = frame.grey.shape
        self._drift.start(frame.grey, faces)
        return faces

    def search_part(self, frame: Frame, part: int) -> list[Face]:
        """Find the near faces, the far ones of ``part``, and known ones that neither of the two could see.

        A known face that this search should have found and did not is no longer followed.
        """
        self._forget_other_sizes(frame)
        colour = frame.colour
        far = [self._search.far(colour, part)] if self._search.has(colour, part) else []
        found = self._faces(self._search.merged(self._search.near(colour), *far))
        unseen = [face for face in self._drift.faces if not self._search.covers(colour, face.box, part)]
        faces = merge([*found, *(face for face in unseen if all(face.box.iou(f.box) < 0.1 for f in found))])
        self._drift.start(frame.grey, faces)
        return faces

    def part_seeing(self, frame: Frame, box: Box) -> int | None:
        """Return the last part for a near face, which costs a fifth of the others."""
        return self._search.part_seeing(frame.grey, box)

    def search_near(self, frame: Frame, known: Sequence[Box]) -> list[Face]:  # noqa: ARG002
        """Find the known faces where they are now, but for those that changed too much."""
        return self._drift.follow(frame.grey)

    def _forget_other_sizes(self, frame: Frame) -> None:
        """Follow nobody whose box is in pixels of another size of image."""
        if frame.grey.shape != self._size:
            self._size = frame.grey.shape
            self._drift.start(frame.grey, [])

    def _faces(self, found: Floats) -> list[Face]:
        faces = (Face(Box(x, y, w, h), confidence) for x, y, w, h, confidence in found.tolist())
        return [face for face in faces if face.box.size >= self._min_size]
