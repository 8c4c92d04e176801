"""Haar cascades in OpenCV's wheel: their paths, and loading."""

from pathlib import Path

import cv2

from appliance.errors import CascadeError


def cascade_path(name: str) -> Path:
    """Return the path of a cascade in OpenCV's wheel. Raises CascadeError if this OpenCV brings none."""
    folder = getattr(getattr(cv2, "data", None), "haarcascades", None)
    if folder is None or not hasattr(cv2, "CascadeClassifier"):
        raise CascadeError(f"OpenCV {cv2.__version__} has no Haar cascades", "Install OpenCV 4.11 to 4.14")
    return Path(folder) / name


def load_cascade(path: Path) -> cv2.CascadeClassifier:
    """Return the classifier in ``path``. Raises CascadeError if the file is missing or not a cascade."""
    if not path.is_file():
        raise CascadeError(f"The cascade {path} is missing", "Reinstall opencv-python-headless")
    cascade = cv2.CascadeClassifier()
    try:
        loaded = cascade.load(str(path))
    except cv2.error:
        loaded = False
    if not loaded or cascade.empty():
        raise CascadeError(f"The cascade {path} cannot be read", "Reinstall opencv-python-headless")
    return cascade
