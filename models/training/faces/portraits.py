"""``evaluate-portraits``: photos of one face each, without boxes but with head pose (GENKI-4K's labels)."""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.training.faces.data import read_picture
from models.training.faces.evaluate import DETECTORS, finder
from models.training.faces.metrics import fit_scale
from models.training.genki import read_labels

# Radians.  A head turned or nodded by less is near-frontal; a head rolled by more is tilted.
NEAR_FRONTAL, TILTED = 0.35, np.deg2rad(15)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--labels", type=Path, required=True, help="list with file, yaw, pitch, roll in radians"
    )
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument(
        "--detector", choices=DETECTORS, action="append", help="may be repeated; cnn if not given"
    )
    parser.add_argument("--model", type=Path, default=Path("models/faces.json"))
    parser.add_argument("--peer", type=Path, help="YuNet's weights, for --detector yunet")
    parser.add_argument("--threshold", type=float)
    parser.add_argument("--no-fit", action="store_true", help="do not fit the photos into 640x480 first")


def run(args: argparse.Namespace) -> int:
    cv2.setNumThreads(1)
    by_name = {name: finder(name, args) for name in args.detector or ["cnn"]}
    pose, counts = [], {name: [] for name in by_name}
    for row in tqdm(read_labels(args.labels, ("file", "yaw", "pitch", "roll")), unit="photo", disable=None):
        picture = read_picture(args.images / row["file"])
        if not args.no_fit:
            scale = fit_scale(picture.shape[1], picture.shape[0])
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        pose.append([abs(float(row[key])) for key in ("yaw", "pitch", "roll")])
        for name, find in by_name.items():
            counts[name].append(len(find(picture)))
    print(
        json.dumps(
            {name: figures(np.array(pose), np.array(of_name)) for name, of_name in counts.items()}, indent=1
        )
    )
    return 0


def figures(pose: np.ndarray, boxes: np.ndarray) -> dict:
    """``pose`` [N, 3] absolute yaw, pitch, roll in radians; ``boxes`` [N] how many were found."""
    frontal, tilted = (pose[:, :2] < NEAR_FRONTAL).all(1), pose[:, 2] >= TILTED
    return {
        "photos": len(pose),
        "one_box": round(float((boxes == 1).mean()), 4),
        "near_frontal": int(frontal.sum()),
        "one_box_near_frontal": round(float((boxes[frontal] == 1).mean()), 4),
        "two_or_more_near_frontal": round(float((boxes[frontal] > 1).mean()), 4),
        "tilted": int(tilted.sum()),
        "missed_tilted": round(float((boxes[tilted] == 0).mean()), 4),
    }
