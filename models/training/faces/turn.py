"""Photos turned about their middle, with their labels."""

from dataclasses import replace

import cv2
import numpy as np

from models.training.faces.data import Photo


def turned(photo: Photo, picture: np.ndarray, degrees: float) -> tuple[Photo, np.ndarray]:
    """The photo turned counter-clockwise on a canvas that holds all of it.

    A face's box turns as an ellipse does: the new box is the upright box round the turned ellipse.
    """
    if degrees == 0:
        return photo, picture
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    linear = matrix[:, :2]
    size = np.abs(linear) @ [width, height]
    matrix[:, 2] += size / 2 - [width / 2, height / 2]
    image = cv2.warpAffine(
        picture, matrix, tuple(np.ceil(size).astype(int).tolist()), borderValue=(114, 114, 114)
    )
    half = photo.boxes[:, 2:] / 2
    centre = (photo.boxes[:, :2] + half) @ linear.T + matrix[:, 2]
    half = np.sqrt(half**2 @ (linear**2).T)
    return replace(photo, boxes=np.concatenate([centre - half, 2 * half], 1).astype(np.float32)), image
