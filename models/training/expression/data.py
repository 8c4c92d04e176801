"""FER-2013 with FER+ votes: reading, checking, splitting."""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training.errors import BadDataError
from models.training.expression import labels

TRAINING, PUBLIC_TEST, PRIVATE_TEST = range(3)
_SHAPES = {"images": (48, 48), "fer": (), "usage": (), "ferplus": (10,)}


@dataclass(frozen=True)
class Faces:
    """Rows of FER-2013, all uint8: ``images`` ``[N, 48, 48]``, ``fer`` ``[N]``, ``votes`` ``[N, 10]``."""

    images: np.ndarray
    fer: np.ndarray
    votes: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: np.ndarray) -> "Faces":
        """The rows an index or mask selects."""
        return Faces(self.images[rows], self.fer[rows], self.votes[rows])


@dataclass(frozen=True)
class Fer2013:
    """All three splits. ``training`` lacks the rows whose pixels also stand in a test split."""

    training: Faces
    public_test: Faces
    private_test: Faces


def load_arrays(path: Path, names: Iterable[str]) -> dict[str, np.ndarray]:
    """The named uint8 arrays of an .npz file.

    :raises BadDataError: missing, truncated, an array absent or of another type
    """
    try:
        with path.open("rb") as stream, np.load(stream) as archive:
            arrays = {name: archive[name] for name in names}
    except FileNotFoundError:
        raise BadDataError(
            f"{path}: no such file; models/training/README.md says where it comes from"
        ) from None
    except KeyError as error:
        raise BadDataError(f"{path}: array {error} is missing; expected {', '.join(names)}") from None
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError) as error:
        raise BadDataError(f"{path}: unreadable or truncated ({error}); fetch it again") from None
    for name, array in arrays.items():
        if array.dtype != np.uint8:
            raise BadDataError(f"{path}: {name} is {array.dtype}, expected uint8")
    return arrays


def check_shapes(path: Path, arrays: dict[str, np.ndarray], shapes: dict[str, tuple[int, ...]]) -> None:
    """Refuse arrays whose trailing shape is another, or whose lengths differ.

    :raises BadDataError: names the array and both shapes
    """
    length = len(next(iter(arrays.values())))
    for name, shape in shapes.items():
        if arrays[name].shape != (length, *shape):
            raise BadDataError(f"{path}: {name} has shape {arrays[name].shape}, expected {(length, *shape)}")


def load(path: Path) -> Fer2013:
    """Read fer2013.npz (images, fer, usage, ferplus).

    Training rows whose pixels also stand in PublicTest or PrivateTest are dropped (703 rows of the usual
    file: 568 test rows have one or more copies in Training).

    :raises BadDataError: see :func:`load_arrays`; also where a split is empty
    """
    arrays = load_arrays(path, _SHAPES)
    check_shapes(path, arrays, _SHAPES)
    everything = Faces(arrays["images"], arrays["fer"], arrays["ferplus"])
    splits = [everything.take(arrays["usage"] == usage) for usage in (TRAINING, PUBLIC_TEST, PRIVATE_TEST)]
    if not all(len(split) for split in splits):
        raise BadDataError(
            f"{path}: a split is empty; usage must hold 0 Training, 1 PublicTest, 2 PrivateTest"
        )
    tested = {image.tobytes() for split in splits[1:] for image in split.images}
    fresh = np.array([image.tobytes() not in tested for image in splits[TRAINING].images])
    return Fer2013(splits[TRAINING].take(fresh), splits[PUBLIC_TEST], splits[PRIVATE_TEST])


def ferplus_training(faces: Faces) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, soft targets and weights of the rows with at least one usable vote."""
    targets, weights = labels.soft_targets(faces.votes)
    usable = weights > 0
    return faces.images[usable], targets[usable], weights[usable]


def fer2013_training(faces: Faces) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, one-hot targets over FER-2013's seven labels, weights of one."""
    return faces.images, np.eye(7, dtype=np.float32)[faces.fer], np.ones(len(faces), np.float32)
