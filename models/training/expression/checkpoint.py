"""A training run on disk: network, averaged network, optimiser, history and settings in one file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.training.errors import BadDataError

FORMAT = 1


@dataclass
class Checkpoint:
    """What a run needs to go on, and what conversion needs to know."""

    architecture: str
    classes: int
    settings: dict[str, Any]
    network: dict[str, torch.Tensor]
    averaged: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    history: list[dict[str, float]]

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    torch.save({"format": FORMAT, **vars(checkpoint)}, temporary)
    temporary.replace(path)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint.

    :raises BadDataError: missing, truncated, or not one of ours
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise BadDataError(f"{path}: no such checkpoint; `train` writes one") from None
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, EOFError, ... for a damaged file
        raise BadDataError(f"{path}: not a readable checkpoint ({str(error).splitlines()[0]})") from None
    if not isinstance(stored, dict) or stored.pop("format", None) != FORMAT:
        raise BadDataError(f"{path}: not a checkpoint of this program (format {FORMAT})")
    return Checkpoint(**stored)
