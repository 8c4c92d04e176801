"""The one place that wires the stages: a frame's way, from configuration to running objects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from appliance.config import Config
from appliance.config.schema import Faces
from appliance.inference.folder import models_folder
from appliance.line.announce import Announcer
from appliance.line.stage import Replaceable, Stage
from appliance.pipeline.choose.chooser import Chooser
from appliance.pipeline.choose.eyes import EyeJudge
from appliance.pipeline.decide.decider import Decider
from appliance.pipeline.find.cascade import CascadeDetector
from appliance.pipeline.find.cnn import CnnDetector
from appliance.pipeline.find.detector import Detector
from appliance.pipeline.find.finder import FaceFinder
from appliance.pipeline.follow import Follower
from appliance.pipeline.judge import ExpressionJudge, ExpressionModel
from appliance.pipeline.keep import Keeper, Store
from appliance.records.decision import Decision, Photo
from appliance.records.faces import FoundFaces, JudgedFaces
from appliance.records.frame import Frame

Listener = Callable[[Decision], None]

# The pipeline has its own threads, and OpenCV's would make the order of its results depend on chance.
cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True)
class Models:
    """What takes time to load, and can serve several assemblies one after the other."""

    detector: Detector
    expression: ExpressionModel
    eyes: EyeJudge


@dataclass(frozen=True, slots=True)
class Assembly:
    """The stages after the camera, in order, and those of them that can be changed while they run."""

    stages: Sequence[Stage[Any, Any]]
    finder: Replaceable[Frame, FoundFaces]
    judge: Replaceable[FoundFaces, JudgedFaces]
    follower: Follower
    decider: Decider
    chooser: Chooser
    keeper: Keeper | None

    def use(self, config: Config, models: Models | None, store: Store | None) -> None:
        """Another configuration, each stage from its next frame on. Any thread.

        ``models`` and ``store`` are None where they stay the same.
        """
        if models is not None:
            self.finder.use(_finder(config, models))
            self.judge.use(_judge(models))
        self.follower.use(config.people)
        self.decider.use(config.rule)
        self.chooser.use(config.moment)
        if store is not None and self.keeper is not None:
            self.keeper.use(store)


def load_models(config: Config) -> Models:
    """The detector of ``faces.detector`` and the expression model.

    Raises CascadeError, ModelError, RuntimeMissingError.
    """
    return Models(open_detector(config.faces), ExpressionModel(models_folder()), EyeJudge())


def open_detector(faces: Faces) -> Detector:
    """What ``faces.detector`` asks for; auto: the network where it is installed, else the cascade."""
    network = models_folder() / "faces.json"
    if faces.detector == "cnn" or (faces.detector == "auto" and network.exists()):
        return CnnDetector(network, faces.min_size)
    return CascadeDetector(faces.min_size)


def assemble(
    config: Config,
    models: Models,
    *,
    listeners: Sequence[Listener] = (),
    store: Store | None = None,
    on_chosen: Sequence[Listener] = (),
    on_photo: Sequence[Callable[[Photo], None]] = (),
    on_storage_fault: Callable[[bool], None] = lambda _: None,
    still: bool = False,
) -> Assembly:
    """Everything from finding faces to keeping the photo (left out without a ``store``).

    ``still``: for single pictures, where every face is a person at once and every frame searched in full.
    """
    finder, judge = Replaceable(_finder(config, models, still)), Replaceable(_judge(models))
    follower = Follower(config.people, confirm=not still)
    decider = Decider(config.rule)
    chooser = Chooser(config.moment, models.eyes.everybody)
    keeper = Keeper(store, on_storage_fault) if store is not None else None
    stages: list[Stage[Any, Any]] = [finder, judge, follower, decider, Announcer("announce", listeners)]
    stages += [chooser, Announcer("announce choice", on_chosen, Keeper.capacity)]  # a burst comes at once
    if keeper is not None:
        stages += [keeper, Announcer("announce photo", on_photo)]
    return Assembly(stages, finder, judge, follower, decider, chooser, keeper)


def _finder(config: Config, models: Models, still: bool = False) -> FaceFinder:
    wish = config.faces.full_search_seconds
    return FaceFinder(models.detector, None if wish == "auto" else wish, still=still)


def _judge(models: Models) -> ExpressionJudge:
    return ExpressionJudge(models.expression, models.detector.rejected_from)
