"""What a face finder is measured by.

Sizes are those of the photo fitted into 640x480: sqrt(w * h) in its pixels.  A box finds a face from
IoU 0.3 on.  Faces marked ``ignore``, and faces below the limit, need not be found and may be.
"""

from dataclasses import dataclass

import numpy as np

from models.training.faces.data import Photo

FIT_WIDTH, FIT_HEIGHT = 640, 480
FOUND_IOU = 0.3
# Ignored areas are drawn loosely: a box is excused when half of it lies in one.
EXCUSED_SHARE = 0.5
LIMITS = (40, 80)
ATTRIBUTES = ("blur", "occlusion", "pose")


def fit_scale(width: int, height: int) -> float:
    """Pixels of the fitted photo per pixel of the photo."""
    return min(FIT_WIDTH / width, FIT_HEIGHT / height)


def common_area(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """[N, M] areas that boxes ``a`` [N, 4] and ``b`` [M, 4] (x, y, w, h) have in common."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])
    return np.maximum(high - low, 0).prod(-1)


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """[N, M] intersection over union."""
    common = common_area(a, b)
    return common / np.maximum(a[:, 2:].prod(1)[:, None] + b[:, 2:].prod(1)[None] - common, 1e-9)


@dataclass(frozen=True)
class Judged:
    """Boxes of one photo against its labels; ``scale``: fitted pixels per pixel of the photo.

    ``found`` bool [faces], ``false`` bool [boxes]; ``face_light`` [faces] is empty where it is not known.
    """

    photo: Photo
    boxes: np.ndarray
    found: np.ndarray
    false: np.ndarray
    scale: float
    face_light: np.ndarray

    @property
    def face_size(self) -> np.ndarray:
        """Of each labelled face, in fitted pixels."""
        return np.sqrt(self.photo.boxes[:, 2:].prod(1)) * self.scale

    @property
    def box_size(self) -> np.ndarray:
        """Of each box, in fitted pixels."""
        return np.sqrt(self.boxes[:, 2:4].prod(1)) * self.scale

    def above(self, confidence: float) -> "Judged":
        """The same without the less sure boxes: what a higher threshold would have given."""
        return judge(self.photo, self.boxes[self.boxes[:, 4] >= confidence], self.scale, self.face_light)

    def counted(self, limit: int) -> np.ndarray:
        """Which labelled faces must be found at this limit."""
        return ~self.photo.ignore & (self.face_size >= limit)

    def missed(self, limit: int) -> int:
        return int((self.counted(limit) & ~self.found).sum())

    def false_boxes(self, limit: int) -> int:
        return int((self.false & (self.box_size >= limit)).sum())


def judge(photo: Photo, boxes: np.ndarray, scale: float, light: np.ndarray | None = None) -> Judged:
    """Match boxes with faces, surest box first, each face once.

    ``boxes`` [N, 5]: x, y, w, h, confidence in pixels of the photo; ``scale`` from :func:`fit_scale`;
    ``light`` [faces] mean grey level of each face.
    """
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    overlaps = iou(boxes[:, :4], photo.boxes)
    found, false = np.zeros(len(photo.boxes), bool), np.ones(len(boxes), bool)
    for number, row in enumerate(overlaps):
        free = np.where(found, 0.0, row)
        if len(free) and free.max() >= FOUND_IOU:
            found[free.argmax()] = True
            false[number] = False
    excusing = photo.boxes[photo.ignore]
    if len(excusing) and len(boxes):
        inside = common_area(boxes[:, :4], excusing) / np.maximum(boxes[:, 2:4].prod(1), 1e-9)[:, None]
        false &= ~(inside >= EXCUSED_SHARE).any(1)
    return Judged(photo, boxes, found, false, scale, np.empty(0) if light is None else light)


def figures(judged: list[Judged], limit: int) -> dict:
    """Recall, false boxes and frame_ok at one limit.

    ``frame_ok``: share of the photos with a counted face in which every such face was found and nothing
    else.  ``false_per_image`` counts all photos, ``false_per_faceless`` those without any label.
    """
    faces = sum(int(one.counted(limit).sum()) for one in judged)
    with_faces = [one for one in judged if one.counted(limit).any()]
    faceless = [one for one in judged if not len(one.photo.boxes)]
    return {
        "photos": len(with_faces),
        "faces": faces,
        "recall": _share(faces - sum(one.missed(limit) for one in judged), faces),
        "frame_ok": _share(
            sum(not one.missed(limit) and not one.false_boxes(limit) for one in with_faces), len(with_faces)
        ),
        "false_per_image": _share(sum(one.false_boxes(limit) for one in judged), len(judged)),
        "false_per_group_photo": _share(sum(one.false_boxes(limit) for one in with_faces), len(with_faces)),
        "false_per_faceless": _share(sum(one.false_boxes(limit) for one in faceless), len(faceless)),
    }


def breakdown(judged: list[Judged], limit: int) -> dict:
    """Recall by WIDER's attributes and by the light of the face."""
    found = np.concatenate([one.found[one.counted(limit)] for one in judged] or [np.empty(0, bool)])
    attributes = np.concatenate(
        [one.photo.attributes[one.counted(limit)] for one in judged] or [np.empty((0, 3))]
    )
    parts = {
        name: {
            str(value): _part(found, attributes[:, column] == value)
            for value in np.unique(attributes[:, column])
        }
        for column, name in enumerate(ATTRIBUTES)
    }
    if all(len(one.face_light) == len(one.found) for one in judged):
        light = np.concatenate([one.face_light[one.counted(limit)] for one in judged] or [np.empty(0)])
        bands = {
            "dark <70": light < 70,
            "70-150": (light >= 70) & (light < 150),
            "bright >=150": light >= 150,
        }
        parts["light"] = {name: _part(found, chosen) for name, chosen in bands.items()}
    return parts


def _part(found: np.ndarray, chosen: np.ndarray) -> dict:
    return {"faces": int(chosen.sum()), "recall": _share(int(found[chosen].sum()), int(chosen.sum()))}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
