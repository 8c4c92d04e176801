"""Quality of a frame as the photo: lowest score, sharpness and motion of the faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from appliance.records.decision import Decision
from appliance.records.frame import Box, Grey

SCORE_WEIGHT, SHARP_WEIGHT, STILL_WEIGHT = 0.5, 0.3, 0.2
"""Weight of each criterion; each is 0 to 1 among the frames of one moment."""
LEAST_MOTION = 0.02
"""Mean change of grey, 0 to 1, below which a face stands still: sensor noise alone gives a hundredth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Criteria of one frame.

    ``lowest``: lowest probability of a needed face in this frame, 0 to 1; where some need not show it, times
    the share of those who do, so that more of them are better.

    ``sharpness``: of the least sharp face, in any unit. ``motion``: of the face that moves most, mean change
    of grey 0 to 1.
    """

    lowest: float
    sharpness: float
    motion: float


def marks(decision: Decision, before: Grey | None) -> Marks:
    """Measure one frame; ``before`` is the analysis image of the frame before it, None if unknown.

    Measured on the analysis image: within a moment frames differ by movement, which it shows well enough,
    and converting every full picture would cost more than all other stages together.
    """
    counted = [showing for showing in decision.people if showing.person.counts]
    shown = [showing for showing in counted if showing.in_frame]
    grey = decision.frame.grey
    crops = [(box, crop) for showing in shown if (crop := cut(grey, box := showing.person.face.box)).size]
    return Marks(
        lowest=min((showing.current for showing in shown), default=0.0) * len(shown) / max(1, len(counted)),
        sharpness=min((_sharpness(crop) for _, crop in crops), default=0.0),
        motion=max((_motion(crop, cut(before, box)) for box, crop in crops), default=0.0)
        if before is not None
        else 0.0,
    )


def rate(frames: Sequence[Marks]) -> list[float]:
    """Return a mark from 0 to 1 for each frame, relative to the best of these frames in each criterion."""
    sharpest = max((frame.sharpness for frame in frames), default=0.0) or 1.0
    liveliest = max(LEAST_MOTION, max((frame.motion for frame in frames), default=0.0))
    return [
        SCORE_WEIGHT * frame.lowest
        + SHARP_WEIGHT * frame.sharpness / sharpest
        + STILL_WEIGHT * (1 - frame.motion / liveliest)
        for frame in frames
    ]


def cut(grey: Grey, box: Box) -> Grey:
    """Return the part of ``grey`` in ``box``, a view; empty when it lies outside."""
    x, y = max(0, round(box.x)), max(0, round(box.y))
    return grey[y : max(0, round(box.y + box.h)), x : max(0, round(box.x + box.w))]


def _sharpness(face: Grey) -> float:
    """Return the variance of the Laplacian (Pech-Pacheco 2000), divided by contrast to ignore the light."""
    return float(cv2.Laplacian(face, cv2.CV_32F).var() / (face.var() + 1.0))


def _motion(now: Grey, before: Grey) -> float:
    if now.shape != before.shape:
        return 0.0
    return float(np.asarray(cv2.absdiff(now, before), np.uint8).mean()) / 255
