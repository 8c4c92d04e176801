"""Measures what the expression network says of eyes in photos of single people, open, and closed by hand.

Eyes are closed by hand where a cascade finds both: each is covered with the skin above it and a dark line for
the lashes. That is cruder than an eyelid; ``evaluate`` has the figures for real closed eyes.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from appliance.imaging.haar import cascade_path
from appliance.inference.folder import models_folder
from appliance.pipeline.choose.quality import cut
from appliance.pipeline.judge import ExpressionModel
from appliance.records.frame import Box
from models.training.genki import OwnFinder, read_labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with genki_dev")
    parser.add_argument("--every", type=int, default=4, help="look at every so many-th photo")


def run(args: argparse.Namespace) -> int:
    """Print the figures as JSON."""
    folder = args.data / "genki_dev"
    rows = read_labels(folder / "labels.csv", ("file",))[:: args.every]
    own, model = OwnFinder(), ExpressionModel(models_folder())
    finder = cv2.CascadeClassifier(str(cascade_path("haarcascade_eye.xml")))
    opened, closed = [], []
    for row in rows:
        frame, face = own.largest(folder / row["file"])
        if face is None:
            continue
        opened.append(_open(model, frame.grey, face.box))
        shut = close_eyes(frame.grey, face.box, finder)
        if shut is not None:
            closed.append(_open(model, shut, face.box))
    known_open, known_closed = ([one for one in found if one is not None] for found in (opened, closed))
    result = {
        "faces_with_open_eyes": len(known_open),
        "called_open": round(float(np.mean(known_open)), 3),
        "faces_with_eyes_closed_by_hand": len(known_closed),
        "of_them_called_open": round(float(np.mean(known_closed)), 3),
    }
    print(json.dumps(result, indent=1))
    return 0


def _open(model: ExpressionModel, grey: np.ndarray, box: Box) -> bool | None:
    """Whether the eyes are more probably open than closed; None where the network cannot tell."""
    opened = model.judge(grey, box).eyes_open
    return None if opened is None else opened >= 0.5


def close_eyes(picture: np.ndarray, box: Box, finder: cv2.CascadeClassifier) -> np.ndarray | None:
    """The picture (grey or BGR) with both eyes covered; None where two eyes were not found."""
    upper = Box(box.x, box.y, box.w, 0.6 * box.h)
    face = cut(picture, upper)
    if face.ndim == 3:
        face = cv2.cvtColor(face, cv2.COLOR_BGR2GRAY)
    eyes = finder.detectMultiScale(face, 1.05, 4, minSize=(max(8, round(box.w / 8)),) * 2)
    if len(eyes) != 2:
        return None
    shut = picture.copy()
    left, top = max(0, round(upper.x)), max(0, round(upper.y))
    for x, y, w, h in eyes:
        x, y = x + left, y + top  # noqa: PLW2901
        eye = shut[y + h // 4 : y + 3 * h // 4, x : x + w]
        skin = shut[y + h // 8 : y + h // 4, x : x + w]
        lid = cv2.resize(skin, (w, eye.shape[0]), interpolation=cv2.INTER_LINEAR)
        lash = eye.shape[0] * 2 // 3
        lid[lash : lash + max(1, h // 20)] = lid[lash : lash + max(1, h // 20)] // 2
        eye[:] = cv2.GaussianBlur(lid, (3, 3), 0)
    return shut
