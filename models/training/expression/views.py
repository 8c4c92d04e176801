"""``make-views``: augmented faces with everything a small network is taught about them, worked out once.

The teachers' answers cost more than a step of a small network; written down, they serve every run and epoch.
A pool holds one view of each face: FER-2013's Training with votes, faces of photographs that were read
(several views each), others nobody read, and what a cascade takes for a face.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.expression import batches, data, metrics, people, readings, runtime, shipped
from models.training.expression.augment import Strength, augment
from models.training.expression.labels import HAPPY, LABELS, NOT_A_FACE

SIZE = 48
RECORD = "views.json"
"""What the pools were made of, beside them."""
TEACHER_SHARE = 0.75
"""Of the teacher in the targets of faces that were voted on; the votes keep the rest."""
READ_VIEWS = 3
"""Views of each face that was read, in a pool."""
SHUT_VIEWS = 4
"""More views of those who have closed eyes: one face in 18."""
FALSE_BOXES, BACKGROUND = 5700, 2400
"""Views of what a cascade takes for a face, and of random squares without one, in a pool. With 735 and 944 of
them a network of 38 million multiply-adds rejected .815 of the cascade's false boxes."""
HAPPY_OF = {"S": 0.97, "f": 0.5, "n": 0.02, "a": 0.02, "u": 0.04}
"""What share "happy" gets for each reader's code, of the share of all expressions. Readers call f what one of
two takes for a smile."""
UNREAD_WEIGHT = 0.7
DARKER = Strength(light=0.65, dark=0.15)
"""For photographs: twice as much poor light as a FER-2013 face gets, as it is what they are judged in."""


View = tuple[np.ndarray, np.ndarray, float, np.ndarray, str]
"""uint8 ``[48, 48]``; what people said of its expression (8 shares, or 6 of the readers' codes); weight; what
they said of its eyes (3 shares); kind."""


@dataclass
class Pool:
    """``images`` uint8 ``[N, 48, 48]``; ``targets`` float32 ``[N, 8]``, rows sum to 1; ``eyes`` float32
    ``[N, 3]`` (open, closed, not to be told), all 0 where nobody knows; ``weights`` float32 ``[N]``;
    ``features`` float16 ``[N, F]``, the teacher's before its last layer
    """

    images: np.ndarray
    targets: np.ndarray
    eyes: np.ndarray
    weights: np.ndarray
    features: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``make-views``."""
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--people", type=Path, required=True, help="crops from prepare-people")
    parser.add_argument("--mined", type=Path, required=True, help="crops from prepare")
    parser.add_argument("--teacher", type=Path, required=True, help="an *_int8.tflite file of eight labels")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pools")
    parser.add_argument("--pools", type=int, default=8)
    parser.add_argument(
        "--spoiling", type=float, default=1.0, help="how often pictures are spoiled, as a share of the usual"
    )
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the data, for a trial")
    parser.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Write pools that are not there yet."""
    sources = Sources(args)
    teacher = Teacher(args.teacher)
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.pools):
        path = pool_path(args.out, number)
        if not path.exists():
            pool = make(sources, teacher, np.random.default_rng([args.seed, number]))
            temporary = path.with_name(f".{path.stem}.new.npz")
            np.savez(temporary, **vars(pool))
            temporary.replace(path)
            print(f"{path} {len(pool)} views", flush=True)
    settings = {key: str(value) for key, value in vars(args).items() if key not in ("run", "command")}
    (args.out / RECORD).write_text(json.dumps(settings, indent=2) + "\n")
    return 0


def pool_path(folder: Path, number: int) -> Path:
    """Where a pool lies."""
    return folder / f"pool-{number:03}.npz"


def load(path: Path) -> Pool:
    """One pool. Raises BadDataError."""
    try:
        with np.load(path) as archive:
            return Pool(**{name: archive[name] for name in Pool.__dataclass_fields__})
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadDataError(f"{path}: not a pool of make-views ({error}); make it again") from None


def settings_of(folder: Path) -> dict[str, str]:
    """The options of make-views that made a folder's pools; none where it was stopped before its end."""
    record = folder / RECORD
    return dict(json.loads(record.read_text())) if record.is_file() else {}


class Sources:
    """Faces of every kind, with what people said about them."""

    def __init__(self, args: argparse.Namespace) -> None:
        """:raises BadDataError: a file is missing, damaged or of another kind"""
        fer = data.load(args.data).training
        self.fer, self.votes, self.vote_weights = data.ferplus_training(fer)
        self.people = people.load(args.people)
        self.mined = batches.mined_samples(args.mined)
        self.fraction = args.fraction
        self.plain, self.darker = Strength().spoiling(args.spoiling), DARKER.spoiling(args.spoiling)

    def views(self, rng: np.random.Generator) -> Iterator[View]:
        """One of everything, several of the faces that were read."""
        unknown_eyes = np.zeros(3, np.float32)
        for row in self._some(len(self.fer), rng):
            view = augment(self.fer[row], SIZE, self.plain, rng)
            yield view, self.votes[row], self.vote_weights[row], unknown_eyes, "voted"
        read = self.people["read"]
        shut = np.flatnonzero(self.people["eyes"][:, readings.EYES.index("c")])
        for rows in (*[np.arange(len(read))] * READ_VIEWS, *[shut] * SHUT_VIEWS):
            for row in rows[self._some(len(rows), rng)]:
                view = augment(read[row], SIZE, self.darker, rng, people.MARGIN)
                yield view, self.people["expressions"][row], 1.0, self.people["eyes"][row], "read"
        unread = self.people["unread"]
        for row in self._some(len(unread), rng):
            view = augment(unread[row], SIZE, self.darker, rng, people.MARGIN)
            yield view, unknown_eyes, UNREAD_WEIGHT, unknown_eyes, "unread"
        for samples, count in ((self.mined.cascade, FALSE_BOXES), (self.mined.background, BACKGROUND)):
            part = samples.subset(int(count * self.fraction), rng)
            for image, target in zip(part.images, part.targets, strict=True):
                yield augment(image, SIZE, self.plain, rng), target, 1.0, unknown_eyes, "no face"

    def _some(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return rng.permutation(count)[: max(1, int(count * self.fraction))]


class Teacher:
    """An int8 file, asked for what its last layer sees, and for the probabilities that follow from it.

    The file's own outputs saturate where a label is hardly likely, which is what a small network has to learn
    to be sure of.
    """

    def __init__(self, path: Path) -> None:
        """:raises BadDataError: missing, damaged, or of other labels"""
        self._model = runtime.load(path, keep_all=True)
        if tuple(self._model.card["labels"]) != LABELS:
            raise BadDataError(f"--teacher {path}: it knows {self._model.card['labels']}, not {list(LABELS)}")
        last = shipped.load(path).averaged  # without what `convert` added to hold "happy" back
        self._weight, self._bias = last["classifier.weight"].numpy(), last["classifier.bias"].numpy()
        self._features = runtime.last_layer_input(self._model.interpreter)

    def opinion(self, view: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities float32 ``[8]`` and features float32 ``[F]`` of a uint8 ``[48, 48]`` view."""
        self._model.logits(view[None])
        features = self._features()
        return metrics.softmax((self._weight @ features + self._bias)[None])[0], features


def make(sources: Sources, teacher: Teacher, rng: np.random.Generator) -> Pool:
    """One view of everything, in random order."""
    rows = []
    for view, known, weight, eyes, kind in tqdm(sources.views(rng), unit="view", mininterval=10, leave=False):
        opinion, features = teacher.opinion(view)
        rows.append((view, target_of(kind, known, opinion), eyes, weight, features.astype(np.float16)))
    order = rng.permutation(len(rows))
    columns = [np.stack([rows[row][column] for row in order]) for column in range(5)]
    return Pool(columns[0], *(np.float32(column) for column in columns[1:4]), columns[4])


def target_of(kind: str, known: np.ndarray, opinion: np.ndarray) -> np.ndarray:
    """float32 ``[8]``: what people said and what the teacher thinks, in one.

    Votes are mixed with the teacher's opinion; readers decide how much of a face is "happy" (and that it is a
    face), the teacher how the rest divides; what is no face is none.
    """
    if kind == "no face":
        return known
    if kind == "voted":
        return (1 - TEACHER_SHARE) * known + TEACHER_SHARE * opinion
    face = opinion.copy()
    face[NOT_A_FACE] = 0
    face /= face.sum()
    told = {code: float(share) for code, share in zip(readings.EXPRESSIONS, known, strict=False)}
    sure = sum(told.get(code, 0.0) for code in HAPPY_OF)
    if kind == "unread" or not sure:
        return face
    happy = sum(share * told[code] for code, share in HAPPY_OF.items()) / sure
    rest = max(1e-6, 1 - face[HAPPY])
    face *= (1 - happy) / rest
    face[HAPPY] = happy
    return (face / face.sum()).astype(np.float32)
