"""Wiring of the stages: from the configuration to the stages of a frame's way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2

from appliance.config import Config
from appliance.config.schema import FaceSettings
from appliance.inference.folder import models_folder
from appliance.line.line import Line, Station
from appliance.line.stage import Replaceable
from appliance.pipeline.choose.chooser import Chooser
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.encode import Encoder, JpegMaker
from appliance.pipeline.find.cascade import CascadeDetector
from appliance.pipeline.find.cnn import CnnDetector
from appliance.pipeline.find.detector import Detector
from appliance.pipeline.find.finder import FaceFinder
from appliance.pipeline.follow import Follower
from appliance.pipeline.judge import ExpressionJudge, ExpressionModel
from appliance.pipeline.keep import Keeper, Store
from appliance.pipeline.pace import Pace, unlimited
from appliance.records.decision import Decision, Photo
from appliance.records.faces import FoundFaces, JudgedFaces
from appliance.records.frame import Frame

DecisionObserver = Callable[[Decision], None]
PhotoObserver = Callable[[Photo], None]


class PhotoDestination(JpegMaker, Store, Protocol):
    """Encodes photos, and keeps them."""


FRAME_LIMIT = 5
"""Limit of frames between the camera and the choice, in all inboxes and stages together. Each is a full
picture, and when all stages are late at once, as while a photo is chosen, they would be twice as many."""
FRAMES_DRAIN_SECONDS = 1.5
"""Seconds a stop waits for frames in progress; with the rest of the shutdown it stays under 2 s."""
PHOTOS_DRAIN_SECONDS = 60.0
"""Seconds a stop waits for photos in progress: a slow card needs seconds for each of a burst."""

# The pipeline has its own threads, and OpenCV's would make the order of its results depend on chance.
cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True)
class Models:
    """Models, slow to load, that can serve several assemblies one after the other."""

    detector: Detector
    expression: ExpressionModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Two lines after the camera, and those of their stages that can be changed while they run.

    ``frames``: from a frame to the choice of the best; ``photos``: from there to the card, left out without
    a store.
    """

    frames: Line
    photos: Line | None
    finder: Replaceable[Frame, FoundFaces]
    judge: Replaceable[FoundFaces, JudgedFaces]
    follower: Follower
    decider: Decider
    chooser: Chooser
    encoder: Encoder | None
    keeper: Keeper | None
    pace: Pace

    @property
    def lines(self) -> tuple[Line, ...]:
        """Both lines, in the order of a frame's way."""
        return (self.frames,) if self.photos is None else (self.frames, self.photos)

    def use(self, config: Config, models: Models | None) -> None:
        """Change every stage to ``config`` at its next frame. Any thread.

        ``models`` is None where they stay the same. A store is changed separately.
        """
        if models is not None:
            self.finder.replace(_finder(config, models, self.pace))
            self.judge.replace(_judge(models, self.pace))
        self.follower.use(config.people)
        self.decider.use(config.rule)
        self.chooser.use(config.moment)
        for stage in (self.encoder, self.keeper):
            if stage is not None:
                stage.use(config.moment)


def load_models(config: Config) -> Models:
    """Load the detector of ``faces.detector`` and the expression model.

    Raises CascadeError, ModelError, RuntimeMissingError.
    """
    return Models(open_detector(config.faces), ExpressionModel(models_folder()))


def open_detector(faces: FaceSettings) -> Detector:
    """Open the detector ``faces.detector``; auto: the network where it is installed, else the cascade."""
    network = models_folder() / "faces.json"
    if faces.detector == "cnn" or (faces.detector == "auto" and network.exists()):
        return CnnDetector(network, faces.min_size)
    return CascadeDetector(faces.min_size)


def assemble(
    config: Config,
    models: Models,
    *,
    store: PhotoDestination | None = None,
    on_decision: Sequence[DecisionObserver] = (),
    on_choice: Sequence[DecisionObserver] = (),
    on_photo: Sequence[PhotoObserver] = (),
    on_storage_fault: Callable[[bool], None] = lambda _: None,
    still: bool = False,
    pace: Pace | None = None,
) -> Assembly:
    """Wire everything from finding faces to keeping the photo (left out without a ``store``).

    ``on_decision``, ``on_choice`` and ``on_photo`` observe decisions, frames chosen, and photos kept.
    ``still``: for single pictures, where every face is a person at once and every frame searched in full.
    ``pace``: of a board whose costs are measured or stated; by default nothing costs anything.
    """
    pace = pace or unlimited()
    finder = Replaceable(_finder(config, models, pace, still))
    judge = Replaceable(_judge(models, pace, still))
    follower = Follower(config.people, confirm=not still)
    decider = Decider(config.rule)
    chooser = Chooser(config.moment)
    encoder = None if store is None else Encoder(store, on_storage_fault, config.moment)
    keeper = None if store is None else Keeper(store, on_storage_fault, config.moment)
    return Assembly(
        frames=_frames(finder, judge, follower, decider, chooser, (pace.observe, *on_decision), on_choice),
        photos=None if encoder is None or keeper is None else _photos(encoder, keeper, on_photo),
        finder=finder,
        judge=judge,
        follower=follower,
        decider=decider,
        chooser=chooser,
        encoder=encoder,
        keeper=keeper,
        pace=pace,
    )


def _frames(
    finder: Replaceable[Frame, FoundFaces],
    judge: Replaceable[FoundFaces, JudgedFaces],
    follower: Follower,
    decider: Decider,
    chooser: Chooser,
    on_decision: Sequence[DecisionObserver],
    on_choice: Sequence[DecisionObserver],
) -> Line:
    stations = (
        Station(stage=finder),
        Station(stage=judge),
        Station(stage=follower),
        Station(stage=decider, observers=on_decision),
        Station(stage=chooser, observers=on_choice),
    )
    return Line(name="frames", stations=stations, drain_seconds=FRAMES_DRAIN_SECONDS, limit=FRAME_LIMIT)


def _photos(encoder: Encoder, keeper: Keeper, observers: Sequence[PhotoObserver]) -> Line:
    stations = (Station(stage=encoder), Station(stage=keeper, observers=observers))
    return Line(name="photos", stations=stations, drain_seconds=PHOTOS_DRAIN_SECONDS)


def _finder(config: Config, models: Models, pace: Pace, still: bool = False) -> FaceFinder:
    wish = config.faces.full_search_seconds
    return FaceFinder(models.detector, None if wish == "auto" else wish, still=still, pace=pace)


def _judge(models: Models, pace: Pace, still: bool = False) -> ExpressionJudge:
    return ExpressionJudge(models.expression, models.detector.rejected_from, pace, still)
