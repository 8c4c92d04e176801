"""The shipped model's eight labels and three states of eyes, FER-2013's seven labels, and how crowd votes
become targets."""

import numpy as np

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "not_a_face")
FER2013_LABELS = LABELS[:7]
EYE_STATES = ("open", "closed", "unknown")
"""Of both eyes of a face; unknown where they cannot be seen."""
HAPPY = LABELS.index("happy")
NOT_A_FACE = LABELS.index("not_a_face")

# Columns of `ferplus` in fer2013.npz: neutral, happiness, surprise, sadness, anger, disgust, fear, contempt,
# unknown, not-a-face. Contempt (8) and unknown (9th) have no label of ours.
FERPLUS_COLUMN = {
    "angry": 4,
    "disgust": 5,
    "fear": 6,
    "happy": 1,
    "sad": 3,
    "surprise": 2,
    "neutral": 0,
    "not_a_face": 9,
}
CONTEMPT_COLUMN, UNKNOWN_COLUMN, NOT_A_FACE_COLUMN = 7, 8, 9
CONTEMPT = len(LABELS)  # the class no output stands for: such rows count as errors


def soft_targets(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """FER+ votes as a distribution over LABELS, and a weight for each row.

    Single votes are dropped as noise where something else remains (as FER+'s own reader does); votes for
    contempt and unknown have no label, so the rest is normalised and the row weighs what share of its votes
    was left.

    :param votes: uint8 ``[N, 10]``
    :return: float32 ``[N, 8]`` (rows sum to 1, or to 0 where no vote is left) and float32 ``[N]`` in 0..1
    """
    ours = votes[:, [FERPLUS_COLUMN[label] for label in LABELS]].astype(np.float32)
    strong = np.where(ours > 1, ours, 0)
    kept = np.where(strong.sum(1, keepdims=True) > 0, strong, ours)
    total = kept.sum(1, keepdims=True)
    weights = kept.sum(1) / np.maximum(votes.sum(1), 1)
    return kept / np.maximum(total, 1), weights.astype(np.float32)


def majority(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The label most people chose, and whether that is a valid majority in the FER+ sense.

    As in Microsoft's FER+ reader, mode "majority": single votes are dropped, the strongest of the eight
    emotions (contempt among them) must hold more than half of what is left, and rows won by unknown or
    not-a-face are no part of the test.

    :param votes: uint8 ``[N, 10]``
    :return: int64 ``[N]`` index into LABELS, or CONTEMPT; bool ``[N]``
    """
    kept = np.where(votes > 1, votes, 0).astype(np.int64)
    winner = kept.argmax(1)
    valid = (kept.max(1) > 0.5 * kept.sum(1)) & (winner <= CONTEMPT_COLUMN)
    index_of_column = {column: LABELS.index(label) for label, column in FERPLUS_COLUMN.items()}
    index_of_column |= {CONTEMPT_COLUMN: CONTEMPT, UNKNOWN_COLUMN: -1}
    return np.array([index_of_column[column] for column in range(10)])[winner], valid
