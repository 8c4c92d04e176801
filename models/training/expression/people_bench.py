"""The bench of real faces and real groups: what readers saw (``readings``) against what a network says.

Faces are cut out at their labelled boxes from photos that nothing was learned from: the **test** split for
figures, the **dev** split for choices. A face is clear where all who read it gave one code.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from appliance.pipeline.decide.sensitivity import THRESHOLDS
from models.training.expression import metrics, people, readings
from models.training.expression.figures import Logits
from models.training.expression.labels import LABELS, NOT_A_FACE

Eyes = Callable[[np.ndarray], np.ndarray | None]
FALSE_RATES = (0.003, 0.01)
SIDE = 48
SMALLEST = 16
"""Pixels of the stored photo; smaller faces are never judged."""
BANDS = {
    "size": ((16, 24), (24, 32), (32, 48), (48, 80), (80, 1e4)),
    "brightness": ((0, 64), (64, 96), (96, 128), (128, 160), (160, 256)),
    "contrast": ((0, 25), (25, 40), (40, 55), (55, 128)),
}
"""Pixels of sqrt(w * h); mean and standard deviation of the grey levels of what the network sees."""
TILTS = (0, 10, 20, 30)
"""Degrees by which the faces are turned, every other one to the left."""
SEEN_EYES = {"o": "open", "c": "closed", "h": "hidden"}
LARGE_EYES = 48
"""Pixels of a face from which eyes are measured, as the appliance never looked at them in smaller ones."""


@dataclass(frozen=True)
class People:
    """Faces that were read, uint8 ``[N, 48, 48]`` of what the network sees of them, and uint8
    ``[N, 72, 72]`` of the same with what is around it.
    """

    readings: list[readings.Reading]
    crops: np.ndarray
    wide: np.ndarray

    def clear(self, codes: str) -> np.ndarray:
        """bool ``[N]``: all readers gave the one code, one of ``codes``."""
        return np.array([len(set(one.expressions)) == 1 and one.says(codes) for one in self.readings], bool)

    def eyes(self, code: str) -> np.ndarray:
        """bool ``[N]``: all readers gave that code of the eyes."""
        return np.array([one.eyes_are(code) for one in self.readings], bool)


def load(folder: Path, split: readings.Split) -> People:
    """The faces of a split. ``folder`` is that of expressions.csv. Raises BadDataError."""
    faces = [
        one for one in readings.read(folder) if readings.split_of(one.file) == split and one.size >= SMALLEST
    ]
    boxes = [(one.file, one.box) for one in faces]
    wide = people.cut_all(folder, boxes, round(people.MARGIN * SIDE), people.WIDE)
    return People(faces, people.cut_all(folder, boxes, SIDE), wide)


def figures(logits: Logits, eyes: Eyes, temperature: float, faces: People) -> dict[str, Any]:
    """Everything the bench measures, ready for JSON."""
    scores = expression_scores(logits(faces.crops), temperature)
    happy = scores["happy"]
    smiles, none = faces.clear("S"), faces.clear("n")
    shown_from = THRESHOLDS["happy"]["normal"]
    return {
        "faces": len(faces.readings),
        "clear_smiles": int(smiles.sum()),
        "clear_none": int(none.sum()),
        "happy": {
            "shown_from": shown_from,
            **_passing(happy, smiles, none, shown_from),
            **_at_false_rates(happy, smiles, none),
            "by_sensitivity": _by_sensitivity(faces, happy),
        },
        "neutral": _other(scores["neutral"], none, smiles | faces.clear("u")),
        "surprise": _other(scores["surprise"], faces.clear("u"), smiles | none),
        "groups": groups(faces, happy >= shown_from),
        "eyes": eye_figures(faces, eyes(faces.crops)),
        "reliability": _reliability(faces, happy),
        **{f"by_{name}": _by_band(faces, name, happy >= shown_from) for name in BANDS},
        "by_eyes": {
            name: _recall_and_false(faces, faces.eyes(code), happy >= shown_from)
            for code, name in SEEN_EYES.items()
        },
        "by_tilt": {
            str(degrees): _recall_and_false(
                faces,
                np.ones(len(happy), bool),
                expression_scores(logits(turned(faces.wide, degrees)), temperature)["happy"] >= shown_from,
            )
            for degrees in TILTS
        },
    }


def turned(wide: np.ndarray, degrees: float) -> np.ndarray:
    """uint8 ``[N, 48, 48]``: the middle of each of ``wide``, turned, the odd ones the other way."""
    side = wide.shape[1]
    middle = ((side - 1) / 2, (side - 1) / 2)
    return people.middle(
        np.stack(
            [
                cv2.warpAffine(
                    one,
                    cv2.getRotationMatrix2D(middle, degrees if row % 2 else -degrees, 1.0),
                    (side, side),
                    borderMode=cv2.BORDER_REPLICATE,
                )
                for row, one in enumerate(wide)
            ]
        ),
        SIDE,
    )


def expression_scores(logits: np.ndarray, temperature: float) -> dict[str, np.ndarray]:
    """float64 ``[N]`` by label: the probability given that it is a face, as the rule counts."""
    probabilities = metrics.softmax(logits.astype(np.float64), temperature)
    face = np.maximum(1e-9, 1 - probabilities[:, NOT_A_FACE])
    return {name: np.minimum(1, probabilities[:, i] / face) for i, name in enumerate(LABELS[:NOT_A_FACE])}


def share(hits: np.ndarray) -> dict[str, Any]:
    """Share of True, of how many, and its 95 % interval (Wilson 1927)."""
    count = len(hits)
    if not count:
        return {"of": 0}
    rate, z = float(hits.mean()), 1.96
    centre = (rate + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(rate * (1 - rate) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    interval = [round(float(centre - half), 3), round(float(centre + half), 3)]
    return {"share": round(rate, 4), "of": count, "interval_95": interval}


def _passing(scores: np.ndarray, wanted: np.ndarray, others: np.ndarray, limit: float) -> dict[str, Any]:
    return {"recall": share(scores[wanted] >= limit), "false": share(scores[others] >= limit)}


def _at_false_rates(scores: np.ndarray, wanted: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    result: dict[str, Any] = {}
    known = wanted | others
    for rate in FALSE_RATES if wanted.any() and others.any() else ():
        _, limit = metrics.recall_at_false_positives(scores[known], wanted[known], rate)
        name = f"recall_at_{rate:.1%}_false".replace("%", "_percent").replace(".", "_")
        result[name] = {**share(scores[wanted] > limit), "threshold": round(limit, 4)}
    return result


def _by_sensitivity(faces: People, happy: np.ndarray) -> dict[str, Any]:
    """What share of faces of each code passes at each sensitivity."""
    return {
        level: {code: share(happy[faces.clear(code)] >= limit) for code in "Sfn"}
        for level, limit in THRESHOLDS["happy"].items()
    }


def _other(scores: np.ndarray, wanted: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    return {
        "clear": int(wanted.sum()),
        "others": int(others.sum()),
        **_at_false_rates(scores, wanted, others),
    }


def groups(faces: People, shown: np.ndarray) -> dict[str, Any]:
    """Photos with two clear faces or more: taken where every one of them shows a smile.

    Faces that cannot be told (x) are left out; a photo with any other face that is not clear counts on
    neither side.
    """
    photos = defaultdict(list)
    for row, one in enumerate(faces.readings):
        if not one.says("x"):
            photos[one.file].append(row)
    smiles, none = faces.clear("S"), faces.clear("n")
    several = [np.array(rows) for rows in photos.values() if len(rows) >= 2]
    taken = {
        "all_smile": [shown[rows].all() for rows in several if smiles[rows].all()],
        "one_does_not": [
            shown[rows].all()
            for rows in several
            if none[rows].sum() == 1 and smiles[rows].sum() == len(rows) - 1
        ],
        "somebody_does_not": [shown[rows].all() for rows in several if none[rows].any()],
    }
    return {name: share(np.array(values, bool)) for name, values in taken.items()}


def eye_figures(faces: People, states: np.ndarray | None) -> dict[str, Any]:
    """How often open and closed eyes are called open, in faces of :data:`LARGE_EYES` pixels and more, and in
    all. Where the network says that it cannot be told, nothing is called."""
    if states is None:
        return {"not_measured": "the network has no opinion of eyes"}
    told = states[:, 2] < 0.5
    opened = states[:, 0] >= states[:, 1]
    large = np.array([one.size >= LARGE_EYES for one in faces.readings], bool)
    result: dict[str, Any] = {}
    for name, rows in (("", large), ("_any_size", np.ones(len(large), bool))):
        result |= {
            f"open_called_open{name}": share(opened[faces.eyes("o") & rows & told]),
            f"closed_called_open{name}": share(opened[faces.eyes("c") & rows & told]),
            f"open_told{name}": share(told[faces.eyes("o") & rows]),
            f"closed_told{name}": share(told[faces.eyes("c") & rows]),
            f"hidden_told{name}": share(told[faces.eyes("h") & rows]),
        }
    return result


def _reliability(faces: People, happy: np.ndarray) -> dict[str, Any]:
    """Score of happy against the readers' word, S a smile, n none, f half of one."""
    worth = {"S": 1.0, "f": 0.5, "n": 0.0, "a": 0.0, "u": 0.0}
    told = [row for row, one in enumerate(faces.readings) if one.says("Sfnau")]
    truth = np.array([np.mean([worth[code] for code in faces.readings[row].expressions]) for row in told])
    return metrics.reliability(happy[told], truth)


def _by_band(faces: People, name: str, shown: np.ndarray) -> dict[str, Any]:
    """Recall of clear smiles and false ones in each band."""
    values = {
        "size": np.array([one.size for one in faces.readings]),
        "brightness": faces.crops.mean((1, 2)),
        "contrast": faces.crops.std((1, 2)),
    }[name]
    result = {}
    for low, high in BANDS[name]:
        label = f"{low:g}-{high:g}" if high < 1e4 else f"{low:g} and more"
        result[label] = _recall_and_false(faces, (values >= low) & (values < high), shown)
    return result


def _recall_and_false(faces: People, rows: np.ndarray, shown: np.ndarray) -> dict[str, Any]:
    """Of the faces in ``rows``: what share of the clear smiles passes, and of those without one."""
    return {
        "recall": share(shown[faces.clear("S") & rows]),
        "false": share(shown[faces.clear("n") & rows]),
    }


def by_score(faces: Sequence[readings.Reading], scores: np.ndarray) -> list[dict[str, Any]]:
    """Names, boxes, codes and scores, for whoever looks for the errors; no pictures."""
    return [
        {
            "file": one.file,
            "box": one.box,
            "expression": one.expressions,
            "eyes": one.eyes,
            "happy": round(s, 4),
        }
        for one, s in zip(faces, scores.tolist(), strict=True)
    ]
