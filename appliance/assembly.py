"""The one place that wires the stages: a frame's way, from configuration to running objects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from appliance.config import Config
from appliance.config.schema import Faces
from appliance.frames import Decision, Photo
from appliance.models_folder import models_folder
from appliance.pipeline.announce import Announcer
from appliance.pipeline.cascade import CascadeDetector
from appliance.pipeline.choose import Chooser
from appliance.pipeline.cnn import CnnDetector
from appliance.pipeline.decide import Decider
from appliance.pipeline.detector import Detector
from appliance.pipeline.expressions import ExpressionJudge, ExpressionModel
from appliance.pipeline.eyes import EyeJudge
from appliance.pipeline.faces import FaceFinder
from appliance.pipeline.keep import Keeper, Store
from appliance.pipeline.people import Follower
from appliance.pipeline.stage import Stage

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
    """The stages after the camera, in order, and the one the button talks to."""

    stages: Sequence[Stage[Any, Any]]
    decider: Decider
    chooser: Chooser


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
    decider = Decider(config.rule)
    wish = config.faces.full_search_seconds
    stages: list[Stage[Any, Any]] = [
        FaceFinder(models.detector, None if wish == "auto" else wish, still=still),
        ExpressionJudge(models.expression, models.detector.rejected_from),
        Follower(config.people, confirm=not still),
        decider,
        Announcer("announce", listeners),
    ]
    chooser = Chooser(config.moment, models.eyes.everybody)
    stages += [chooser, Announcer("announce choice", on_chosen)]
    if store is not None:
        stages += [Keeper(store, on_storage_fault), Announcer("announce photo", on_photo)]
    return Assembly(stages, decider, chooser)
