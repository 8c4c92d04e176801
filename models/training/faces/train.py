"""``train-faces``: train the face finder, from nothing or from other weights."""

import argparse
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.training.errors import BadDataError
from models.training.faces.augment import Canvas, CanvasMaker
from models.training.faces.data import PictureCache, read_boxes
from models.training.faces.loss import Grid, ignored_cells, loss
from models.training.faces.network import FaceFinder
from models.training.faces.published import load_yunet
from models.training.faces.rounding import set_rounding

# What one search of near faces looks at; a tile of the far search is four of it.
CANVAS = {"width": 320, "height": 192, "zoom": 2.4, "mosaic": 0.3}
WARM_UP_STEPS = 300
EMA_DECAY = 0.999


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--boxes", type=Path, required=True, help="list of face boxes (faces.csv)")
    parser.add_argument("--images", type=Path, required=True, help="folder the list's file names start from")
    parser.add_argument("--out", type=Path, required=True, help="folder for cache, checkpoints and progress")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--minutes", type=float, help="end after this time even if steps are left")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate (AdamW)")
    parser.add_argument("--decay", type=float, default=0.02, help="weight decay")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rounds-from",
        type=float,
        default=1.0,
        help="share of the run after which weights and activations are rounded as int8 rounds them",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=500, help="steps between checkpoints")
    parser.add_argument(
        "--keep-every", type=int, default=4000, help="steps between checkpoints that are kept"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument(
        "--start-from",
        type=Path,
        help="what a new run starts with: a checkpoint's averaged weights, or YuNet's (.onnx)",
    )


def run(args: argparse.Namespace) -> int:
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    photos = read_boxes(args.boxes)
    cache = PictureCache(args.out, photos, args.images)
    trainer = Trainer(args, CanvasMaker(photos, cache))
    checkpoint = args.out / "checkpoint.pt"
    if args.resume and checkpoint.exists():
        trainer.load(checkpoint)
    elif args.start_from:
        trainer.start_from(args.start_from)
    trainer.work()
    return 0


class Trainer:
    """One run: network, averaged network, optimiser, and where it stands."""

    def __init__(self, args: argparse.Namespace, maker: CanvasMaker) -> None:
        self.args, self.maker = args, maker
        self.network = FaceFinder().to(memory_format=torch.channels_last)
        self.average = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True
        )
        weights = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim == 1]
        groups = [{"params": weights, "weight_decay": args.decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=args.rate, fused=True)
        self.step, self.seconds = 0, 0.0

    @property
    def progress(self) -> float:
        """Share of the run that is done: by steps, or by time where that is nearer its end."""
        by_time = self.seconds / (60 * self.args.minutes) if self.args.minutes else 0.0
        return max(self.step / self.args.steps, by_time)

    def work(self) -> None:
        began, sums, told = time.monotonic() - self.seconds, np.zeros(2), time.monotonic()
        while self.progress < 1:
            sums += self._one_step()
            self.step += 1
            self.seconds = time.monotonic() - began
            if self.step % 100 == 0:
                score, box = sums / 100
                spent = (time.monotonic() - told) / 100 * 1000
                line = {"step": self.step, "progress": round(self.progress, 4), "score_loss": round(score, 4)}
                line |= {
                    "box_loss": round(box, 4),
                    "ms_a_step": round(spent, 1),
                    "seconds": round(self.seconds),
                }
                print(json.dumps(line), flush=True)
                sums, told = np.zeros(2), time.monotonic()
            if self.step % self.args.save_every == 0:
                self.save(self.args.out / "checkpoint.pt")
            if self.step % self.args.keep_every == 0:
                self.save(self.args.out / f"checkpoint-{self.step}.pt")
        self.save(self.args.out / "checkpoint.pt")

    def _one_step(self) -> tuple[float, float]:
        self.network.train()
        for group in self.optimiser.param_groups:
            warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
            falling = (1 + math.cos(math.pi * self.progress)) / 2
            group["lr"] = self.args.rate * warm * (0.01 + 0.99 * falling)
        # Every step has its own generator: a resumed run draws the pictures it would have drawn.
        rng = np.random.default_rng((self.args.seed, self.step))
        set_rounding(self.network, self.progress >= self.args.rounds_from)
        grid = Grid.of(CANVAS["width"], CANVAS["height"])
        images, *labels = batch([self.maker.draw(rng, **CANVAS) for _ in range(self.args.batch)], grid)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.progress < self.args.rounds_from):
            outputs = self.network(images.contiguous(memory_format=torch.channels_last))
        score_loss, box_loss = loss(outputs, *labels, grid)
        self.optimiser.zero_grad(set_to_none=True)
        (score_loss + box_loss).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimiser.step()
        # The average starts after the first steps, which would weigh it down for long.
        if self.step < 2 * WARM_UP_STEPS:
            self.average.module.load_state_dict(self.network.state_dict())
        else:
            self.average.update_parameters(self.network)
        return score_loss.item(), box_loss.item()

    def save(self, path: Path) -> None:
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "args": {key: str(value) for key, value in vars(self.args).items() if key != "run"},
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]

    def start_from(self, path: Path) -> None:
        """The weights of YuNet, or the averaged ones of another run; rate, steps and optimiser start anew.

        Raises BadDataError.
        """
        if path.suffix == ".onnx":
            self.average.module.load_state_dict(load_yunet(path).state_dict())
        else:
            self._start_from_checkpoint(path)
        self.network.load_state_dict(self.average.module.state_dict())

    def _start_from_checkpoint(self, path: Path) -> None:
        try:
            self.average.load_state_dict(torch.load(path, weights_only=True)["average"])
        except Exception as error:  # a damaged file raises whatever its unpickling stumbles over
            raise BadDataError(
                f"--start-from {path}: no checkpoint of this network ({str(error).splitlines()[0]})"
            ) from None


def batch(canvases: list[Canvas], grid: Grid) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images [N, 3, H, W] in [0, 1], faces [G, 4], the picture [G] of each, ignored cells [N, A]."""
    images = torch.from_numpy(np.stack([canvas.image for canvas in canvases])).permute(0, 3, 1, 2)
    faces = torch.from_numpy(np.concatenate([canvas.faces for canvas in canvases]))
    areas = torch.from_numpy(np.concatenate([canvas.ignore for canvas in canvases]))
    numbers = torch.arange(len(canvases))
    image = numbers.repeat_interleave(torch.tensor([len(canvas.faces) for canvas in canvases]))
    of_area = numbers.repeat_interleave(torch.tensor([len(canvas.ignore) for canvas in canvases]))
    return images.float() / 255, faces, image, ignored_cells(areas, of_area, len(canvases), grid)
