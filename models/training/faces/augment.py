"""Training pictures made from few photos: scale, crop, mosaic, roll, light, noise, blur, compression.

Everything works on the canvas that the network will see, so its cost does not depend on the photo.
Boxes are moved as ellipses: the tight box of a turned face is the box of the turned ellipse.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from models.training.faces.data import Photo, PictureCache
from models.training.faces.light import Light

# How often a photo of a folder is drawn, against one photo of weight 1.  Groups are what the appliance
# sees; portraits and masked faces are plentiful and easy.
FOLDER_WEIGHTS = {"wider_train": 3.0, "azure_family": 2.0, "u2net_people": 2.0, "wider_train2": 1.2}
OTHER_WEIGHT = 0.8
# Clear faces that are turned or partly covered are missed most: photos of them come twice as often.
HARD_PHOTO, HARD_FACE = 2.0, 40.0

WHOLE_PHOTO_SHARE = 0.5
LARGE_FACE_SHARE = 0.3
SMALLEST_FACE = 12.0  # sqrt(w*h) in canvas pixels; smaller ones are neither face nor background
SMALLEST_BLURRED = 18.0
KEPT_VISIBLE, IGNORED_VISIBLE = 0.6, 0.2


@dataclass(frozen=True)
class Canvas:
    """A training picture.

    ``image`` uint8 RGB [height, width, 3]; ``faces`` float32 [N, 4] centre x, centre y, width, height;
    ``ignore`` float32 [M, 4] left, top, right, bottom; all in canvas pixels.
    """

    image: np.ndarray
    faces: np.ndarray
    ignore: np.ndarray


class CanvasMaker:
    """Draws training pictures from the photos that are not held out.

    The same generator state gives the same picture.
    """

    def __init__(self, photos: list[Photo], cache: PictureCache) -> None:
        """``cache`` holds the pictures of ``photos`` in the same order."""
        self.photos, self.cache = photos, cache
        self.numbers = np.array([n for n, photo in enumerate(photos) if not photo.held_out])
        weights = np.array([_weight(photos[n], cache.scale(n)) for n in self.numbers])
        self.chances = np.cumsum(weights / weights.sum())
        self.light = Light()

    def draw(self, rng: np.random.Generator, width: int, height: int, zoom: float, mosaic: float) -> Canvas:
        """One picture.

        ``zoom``: a whole photo is enlarged by up to this beyond what fits; ``mosaic``: share of pictures
        that are made of four photos.
        """
        if rng.random() < mosaic:
            canvas = self._mosaic(rng, width, height, zoom)
        else:
            canvas = self._piece(rng, width, height, zoom)
        if len(canvas.faces) and rng.random() < 0.25:
            cover_parts(canvas.image, canvas.faces, rng)
        return Canvas(self.light.vary(canvas.image, rng), canvas.faces, canvas.ignore)

    def _mosaic(self, rng: np.random.Generator, width: int, height: int, zoom: float) -> Canvas:
        across, down = int(width * rng.uniform(0.35, 0.65)), int(height * rng.uniform(0.35, 0.65))
        image = np.empty((height, width, 3), np.uint8)
        faces, ignore = [], []
        for left, right in ((0, across), (across, width)):
            for top, bottom in ((0, down), (down, height)):
                piece = self._piece(rng, right - left, bottom - top, zoom)
                image[top:bottom, left:right] = piece.image
                faces.append(piece.faces + np.float32([left, top, 0, 0]))
                ignore.append(piece.ignore + np.float32([left, top, left, top]))
        return Canvas(image, np.concatenate(faces), np.concatenate(ignore))

    def _piece(self, rng: np.random.Generator, width: int, height: int, zoom: float) -> Canvas:
        number = int(self.numbers[min(np.searchsorted(self.chances, rng.random()), len(self.numbers) - 1)])
        photo = self.photos[number]
        size = self.cache.picture(number).shape[1::-1]
        boxes = photo.boxes * self.cache.scale(number)
        matrix = _placement(rng, size, boxes[~photo.ignore], (width, height), zoom)
        image = self._warp(number, matrix, width, height, _border(rng))
        return Canvas(image, *_moved(photo, boxes, matrix, width, height))

    def _warp(self, number: int, matrix: np.ndarray, width: int, height: int, border: dict) -> np.ndarray:
        scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
        level = int(np.clip(np.floor(-np.log2(scale) + 0.1), 0, self.cache.LEVELS - 1))
        full, picture = self.cache.picture(number).shape, self.cache.picture(number, level)
        to_full = np.diag([full[1] / picture.shape[1], full[0] / picture.shape[0], 1.0])
        # OpenCV counts pixel middles; boxes count pixel edges.
        edges, middles = _shift(0.5, 0.5), _shift(-0.5, -0.5)
        return cv2.warpAffine(picture, (middles @ matrix @ to_full @ edges)[:2], (width, height), **border)


def _weight(photo: Photo, scale: float) -> float:
    """How often a photo is drawn; ``scale`` takes its boxes to a longer side of 640 pixels."""
    large = np.sqrt(photo.boxes[:, 2:].prod(1)) * scale >= HARD_FACE
    hard = (photo.attributes[:, 1:] > 0).any(1) & large & ~photo.ignore
    return FOLDER_WEIGHTS.get(photo.folder, OTHER_WEIGHT) * (HARD_PHOTO if hard.any() else 1.0)


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def _placement(
    rng: np.random.Generator, size: tuple[int, int], faces: np.ndarray, window: tuple[int, int], zoom: float
) -> np.ndarray:
    """3x3 matrix from photo pixels (level 0) to a window (width, height)."""
    width, height = window
    fit = min(width / size[0], height / size[1])
    if len(faces) and rng.random() > WHOLE_PHOTO_SHARE:
        x, y, w, h = faces[rng.integers(len(faces))]
        source = np.array([x + w / 2, y + h / 2])
        small, large = (0.25, 1.0) if rng.random() < LARGE_FACE_SHARE else (16 / height, 0.9)
        wanted = height * np.exp(rng.uniform(np.log(small), np.log(large)))
        scale = np.clip(wanted / np.sqrt(w * h), 0.25 * fit, min(3.0, 8 * fit))
        target = np.array(window) * rng.uniform(0.1, 0.9, 2)
    else:
        source = np.array(size) / 2
        scale = fit * np.exp(rng.uniform(np.log(0.75), np.log(zoom)))
        target = np.array(window) * (0.5 + max(1.0, scale / fit) * rng.uniform(-0.3, 0.3, 2))
    # Move the photo so that little of the window stays empty.
    if rng.random() < 0.85:
        low, spare = target - scale * source, np.array(window) - scale * np.array(size)
        target = target + np.clip(low, np.minimum(spare, 0), np.maximum(spare, 0)) - low
    kind = rng.random()
    roll = np.deg2rad(rng.uniform(-45, 45) if kind < 0.25 else rng.normal(0, 6) if kind < 0.6 else 0.0)
    stretch = np.exp(rng.normal(0, 0.04))
    across = scale * stretch * (-1 if rng.random() < 0.5 else 1)
    linear = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]]) @ np.diag(
        [across, scale / stretch]
    )
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = target - linear @ source
    return matrix


def _border(rng: np.random.Generator) -> dict:
    """What fills the window outside the photo: often the grey of the appliance's letterbox."""
    kind = rng.random()
    if kind < 0.2:
        return {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    value = 114 if kind < 0.6 else 0 if kind < 0.8 else 255 * rng.random(3)
    return {"flags": cv2.INTER_LINEAR, "borderValue": np.broadcast_to(value, 3).tolist()}


def _moved(
    photo: Photo, boxes: np.ndarray, matrix: np.ndarray, width: int, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Faces (centre, size) and ignored areas (corners) of a photo placed in a window."""
    linear = matrix[:2, :2]
    half = boxes[:, 2:] / 2
    centre = (boxes[:, :2] + half) @ linear.T + matrix[:2, 2]
    half = np.sqrt((half**2) @ (linear**2).T)
    corners = np.concatenate([centre - half, centre + half], 1)
    inside = np.clip(corners, 0, [width, height, width, height])
    extent = np.maximum(inside[:, 2:] - inside[:, :2], 0)
    visible = extent.prod(1) / np.maximum(4 * half.prod(1), 1e-6)
    length = np.sqrt(extent.prod(1))
    blurred = (photo.attributes[:, 0] == 2) | (photo.attributes[:, 1] == 2)
    clear = (length >= SMALLEST_FACE) & ~(blurred & (length < SMALLEST_BLURRED))
    face = ~photo.ignore & (visible >= KEPT_VISIBLE) & clear
    ignore = ~face & ((visible >= IGNORED_VISIBLE) | (photo.ignore & (length > 2)))
    faces = np.concatenate([(inside[:, :2] + inside[:, 2:]) / 2, extent], 1)
    return faces[face].astype(np.float32), inside[ignore].astype(np.float32)


def cover_parts(image: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> None:
    """Cover a part of up to two faces, in place: a hand, a cup, a scarf, a neighbour's shoulder."""
    for x, y, w, h in faces[rng.permutation(len(faces))[:2]]:
        angle = rng.uniform(0, 2 * np.pi)
        # The cover's middle lies on the face's outline, so that at most about half of it disappears.
        at = (int(x + 0.55 * w * np.cos(angle)), int(y + 0.55 * h * np.sin(angle)))
        axes = (max(1, int(w * rng.uniform(0.15, 0.4))), max(1, int(h * rng.uniform(0.15, 0.4))))
        colour = image[rng.integers(image.shape[0]), rng.integers(image.shape[1])].tolist()
        if rng.random() < 0.5:
            cv2.ellipse(image, at, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
        else:
            cv2.rectangle(
                image, (at[0] - axes[0], at[1] - axes[1]), (at[0] + axes[0], at[1] + axes[1]), colour, -1
            )
