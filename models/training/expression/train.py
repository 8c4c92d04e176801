"""``train``: an expression network from FER-2013 and mined crops; stops and resumes at epoch borders."""

import argparse
import contextlib
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from models.training.errors import BadDataError
from models.training.expression import (
    batches,
    checkpoint,
    data,
    distill,
    face_networks,
    networks,
    published,
    shipped,
)
from models.training.expression.augment import Strength
from models.training.expression.device import choose_device, fast_precision
from models.training.expression.labels import LABELS, majority
from models.training.expression.loss import expression_loss
from models.training.expression.schedule import (
    GROWING,
    learning_rate,
    optimiser,
    parse_sizes,
    size_at,
    update_average,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``train``."""
    _add_files(parser)
    _add_network(parser)
    _add_course(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument(
        "--mined", type=Path, help="crops from `prepare`; without them not_a_face has FER+ votes only"
    )
    parser.add_argument("--out", type=Path, required=True, help="checkpoint file, written after every epoch")
    parser.add_argument("--resume", action="store_true", help="go on from --out if it is there")
    parser.add_argument(
        "--start-from",
        type=Path,
        help="checkpoint whose averaged weights to start with, its last layer too if the labels are the "
        "same; or a shipped *_int8.tflite with its JSON",
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--labels", choices=("ferplus", "fer2013"), default="ferplus")
    parser.add_argument("--architecture", choices=networks.NAMES, default="small_residual")
    parser.add_argument(
        "--weights", type=Path, help="pretrained weights for vgg16, resnet50, face_residual or face_mobile"
    )
    parser.add_argument(
        "--teacher",
        type=Path,
        nargs="+",
        help="checkpoints, or shipped files, whose mean opinion is mixed into the votes",
    )
    parser.add_argument("--teacher-share", type=float, default=0.7)
    parser.add_argument(
        "--fixed-steps",
        type=int,
        default=0,
        help="layers at the start of face_mobile that stay as they are (11 halve the time of an epoch)",
    )


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.1, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=5e-4, help="weight decay")
    parser.add_argument(
        "--sizes",
        help="side of the input until that share of the run; default 32:0.4,40:0.7,48:1 "
        "for the residual networks, the network's own side for the others",
    )
    parser.add_argument(
        "--mined-rows", type=int, default=3000, help="crops of nothing, and of faces, an epoch"
    )
    parser.add_argument(
        "--face-rows", type=int, help="unlabelled faces an epoch, where it shall not be --mined-rows"
    )
    parser.add_argument(
        "--spoiling", type=float, default=1.0, help="how often pictures are spoiled, as a share of the usual"
    )
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the data to use (for a trial)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--float32",
        action="store_true",
        help="also where the hardware has bfloat16 (on some processors faster: wide_residual 1.4 times)",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def run(args: argparse.Namespace) -> int:
    """Train; print one line an epoch."""
    torch.set_num_threads(args.threads)
    Trainer(args).run()
    return 0


class Trainer:
    """One run; all state that a resume needs goes through :mod:`checkpoint`."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.device = choose_device(args.device)
        self.side = networks.side_of(args.architecture)
        grows = args.architecture in networks.RESIDUAL
        self.sizes = parse_sizes(args.sizes or (GROWING if grows else f"{self.side}:1"))
        self.classes = len(LABELS) if args.labels == "ferplus" else 7
        torch.manual_seed(args.seed)
        self._read_data()
        self.teachers = None
        if args.teacher:
            self.teachers = distill.Teachers(args.teacher, args.teacher_share, self.classes, self.device)
        self.network = networks.build(args.architecture, self.classes)
        self.origin = networks.load_backbone(self.network, args.architecture, args.weights, self.faces.images)
        parameters = sum(p.numel() for p in self.network.parameters())
        print(f"{args.architecture} {self.origin}, {parameters} parameters")
        self.averaged = networks.build(args.architecture, self.classes)
        self.history: list[dict[str, float]] = []
        if args.start_from:
            self._start_from(shipped.load(args.start_from))
        self.averaged.load_state_dict(self.network.state_dict())
        for network in (self.network, self.averaged):
            network.to(self.device, memory_format=torch.channels_last)
        self.averaged.eval()
        if args.fixed_steps:
            self._fix(args.fixed_steps)
        self.optimiser = optimiser(self.network, rate=args.rate, decay=args.decay)
        if args.resume and args.out.exists():
            self._resume()

    def _read_data(self) -> None:
        args = self.args
        fer = data.load(args.data)
        rows = np.random.default_rng(args.seed).permutation(len(fer.training))[
            : int(len(fer.training) * args.fraction)
        ]
        training = fer.training.take(np.sort(rows))
        if args.labels == "ferplus":
            self.faces = batches.Samples(*data.ferplus_training(training))
            answer, valid = majority(fer.public_test.votes)
            self.test_images, self.test_answers = fer.public_test.images[valid], answer[valid]
        else:
            self.faces = batches.Samples(*data.fer2013_training(training))
            self.test_images, self.test_answers = fer.public_test.images, fer.public_test.fer
        rows = max(1, int(len(self.test_images) * args.fraction))
        self.test_images, self.test_answers = self.test_images[:rows], self.test_answers[:rows]
        self.mined = batches.mined_samples(args.mined) if args.mined and args.labels == "ferplus" else None

    def _fix(self, steps: int) -> None:
        if not isinstance(self.network, face_networks.FaceMobile):
            raise BadDataError(f"--fixed-steps: {self.args.architecture} has none; face_mobile has")
        if not 0 < steps < len(self.network.steps):
            raise BadDataError(f"--fixed-steps {steps}: expected 0 to {len(self.network.steps) - 1}")
        self.network.fix(steps)

    def _start_from(self, stored: checkpoint.Checkpoint) -> None:
        kinds = (stored.architecture, self.args.architecture)
        if kinds == ("wide_residual", "deep_residual") and stored.classes == self.classes:
            networks.deepen(self.network, networks.from_checkpoint(stored, self.args.start_from))
        elif kinds[0] != kinds[1]:
            raise BadDataError(f"--start-from: checkpoint of {kinds[0]}, not {kinds[1]}")
        else:
            fresh = self.network.state_dict()
            fits = {
                name: value for name, value in stored.averaged.items() if value.shape == fresh[name].shape
            }
            self.network.load_state_dict({**fresh, **fits})
        if published.normalisations_are_folded(self.network):  # a shipped file, or a mean of networks
            published.fit_normalisations(self.network, self.faces.images[:512], self.side)
        self.origin = f"from {self.args.start_from.name}"

    def _load_weights(self, stored: checkpoint.Checkpoint) -> None:
        if (stored.architecture, stored.classes) != (self.args.architecture, self.classes):
            raise BadDataError(
                f"checkpoint of {stored.architecture} with {stored.classes} classes; this run is "
                f"{self.args.architecture} with {self.classes}. Give its --architecture and --labels"
            )
        self.network.load_state_dict(stored.network)

    def _resume(self) -> None:
        stored = checkpoint.load(self.args.out)
        self._load_weights(stored)
        self.averaged.load_state_dict(stored.averaged)
        self.optimiser.load_state_dict(stored.optimiser)
        self.history = stored.history
        print(f"going on after epoch {stored.epoch}")

    def run(self) -> None:
        """All epochs that are left."""
        for epoch in range(len(self.history), self.args.epochs):
            # seeded by epoch, so that a resumed run sees what an unbroken one would
            torch.manual_seed(self.args.seed * 10_000 + epoch)
            self.history.append(self._epoch(epoch, np.random.default_rng([self.args.seed, epoch])))
            print(" ".join(f"{key} {value:.4g}" for key, value in self.history[-1].items()), flush=True)
            self.save()

    def _epoch(self, epoch: int, rng: np.random.Generator) -> dict[str, float]:
        args = self.args
        samples = batches.join([self.faces, *self._mined(rng)])
        size = size_at(epoch / args.epochs, self.sizes)
        steps = max(1, len(samples) // args.batch)
        total = 0.0
        self.network.train()
        strength = Strength().spoiling(args.spoiling)
        stream = batches.epoch_batches(samples, min(args.batch, len(samples)), size, strength, rng)
        for step, batch in enumerate(
            tqdm(stream, total=steps, desc=f"epoch {epoch + 1}", leave=False, mininterval=5)
        ):
            rate = learning_rate((epoch + step / steps) / args.epochs, args.rate)
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            total += self._step(batch)
            update_average(self.averaged, self.network, epoch * steps + step)
        accuracy = self._accuracy()
        return {
            "epoch": epoch + 1,
            "size": size,
            "rate": rate,
            "loss": total / steps,
            "public_test": accuracy,
        }

    def _mined(self, rng: np.random.Generator) -> list[batches.Samples]:
        if self.mined is None:
            return []
        args = self.args
        faces = args.mined_rows if args.face_rows is None else args.face_rows
        return self.mined.draw(int(args.mined_rows * args.fraction), int(faces * args.fraction), rng)

    def _step(self, batch: batches.Batch) -> float:
        images = batch.images.to(self.device, memory_format=torch.channels_last)
        targets, weights = batch.targets.to(self.device), batch.weights.to(self.device)
        if self.teachers:
            targets, weights = self.teachers.targets(images, targets, weights)
        with contextlib.nullcontext() if self.args.float32 else fast_precision(self.device):
            logits = self.network(images)
        loss = expression_loss(logits.float(), targets, weights)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        return loss.item()

    @torch.no_grad()
    def _accuracy(self) -> float:
        """Averaged network on PublicTest, full size, no augmentation."""
        right = 0
        for start in range(0, len(self.test_images), 256):
            images = batches.to_network(batches.resized(self.test_images[start : start + 256], self.side)).to(
                self.device
            )
            with fast_precision(self.device):
                guess = self.averaged(images).argmax(1).cpu().numpy()
            right += int((guess == self.test_answers[start : start + 256]).sum())
        return right / len(self.test_images)

    def save(self) -> None:
        settings = {key: _plain(value) for key, value in vars(self.args).items()} | {"origin": self.origin}
        settings.pop("run", None)
        checkpoint.save(
            checkpoint.Checkpoint(
                self.args.architecture,
                self.classes,
                settings,
                self.network.state_dict(),
                self.averaged.state_dict(),
                self.optimiser.state_dict(),
                self.history,
            ),
            self.args.out,
        )


def _plain(value: object) -> object:
    """Paths as text, for the checkpoint."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Path) else value
