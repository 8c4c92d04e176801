"""``train-pupil``: a narrow network from pools of views; stops and resumes between pools."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.errors import BadDataError
from models.training.expression import checkpoint, data, narrow, networks, views
from models.training.expression.batches import to_network
from models.training.expression.device import choose_device, fast_precision
from models.training.expression.jitter import jitter
from models.training.expression.labels import EYE_STATES, LABELS, majority
from models.training.expression.schedule import learning_rate, optimiser, update_average

OUTPUTS = len(LABELS) + len(EYE_STATES)
EYES_SHARE = 0.5
"""What the eyes count beside the expression."""
EYES_RARITY = (1.0, 6.0, 1.0)
"""Weight of open, closed and unknown eyes: of the faces that were read one in 18 has closed ones, and without
this the network calls three in four of them open."""
FEATURES_SHARE = 0.5
"""What it counts to be able to tell what the teacher's last layer saw (Romero et al. 2015, "FitNets")."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``train-pupil``."""
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz, for PublicTest")
    parser.add_argument("--views", type=Path, required=True, help="folder of pools from make-views")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, written after every pool")
    parser.add_argument("--architecture", choices=tuple(narrow.NARROW), default="narrow_12")
    parser.add_argument(
        "--epochs", type=int, default=16, help="pools to learn from; after the last one the first"
    )
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.1, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=3e-4, help="weight decay")
    parser.add_argument("--start-from", type=Path, help="checkpoint whose averaged weights to start with")
    parser.add_argument("--resume", action="store_true", help="go on from --out if it is there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def run(args: argparse.Namespace) -> int:
    """Train; print a line a pool."""
    torch.set_num_threads(args.threads)
    Pupil(args).run()
    return 0


class Pupil:
    """One run; all that a resume needs goes through :mod:`checkpoint`."""

    def __init__(self, args: argparse.Namespace) -> None:
        """:raises BadDataError: no pools, or a checkpoint of another network"""
        self.args, self.device = args, choose_device(args.device)
        torch.manual_seed(args.seed)
        self.pools = sorted(args.views.glob("pool-*.npz"))
        if not self.pools:
            raise BadDataError(f"--views {args.views}: no pool-*.npz there; make-views writes them")
        first = views.load(self.pools[0])
        self.spread = torch.from_numpy(first.features.astype(np.float32).std(0) + 1e-3).to(self.device)
        self.network = networks.build(args.architecture, OUTPUTS)
        width = self.network.classifier.in_features
        self.adapter = nn.Linear(width, len(self.spread)).to(self.device)
        if width == len(self.spread):  # cut out of the teacher: its features are the teacher's
            with torch.no_grad():
                self.adapter.weight.copy_(torch.diag(1 / self.spread))
                self.adapter.bias.zero_()
        self.averaged = networks.build(args.architecture, OUTPUTS)
        self.history: list[dict[str, float]] = []
        if args.start_from:
            self._load(checkpoint.load(args.start_from), args.start_from, averaged=True)
        self.averaged.load_state_dict(self.network.state_dict())
        for network in (self.network, self.averaged):
            network.to(self.device, memory_format=torch.channels_last)
        self.averaged.eval()
        self.rarity = torch.tensor(EYES_RARITY, device=self.device)
        self.optimiser = optimiser(self.network, self.adapter, rate=args.rate, decay=args.decay)
        answers, valid = majority(data.load(args.data).public_test.votes)
        self.test_images = data.load(args.data).public_test.images[valid]
        self.test_answers = answers[valid]
        if args.resume and args.out.exists():
            stored = checkpoint.load(args.out)
            self._load(stored, args.out, averaged=False)
            self.averaged.load_state_dict(stored.averaged)
            self.adapter.load_state_dict(stored.optimiser.pop("adapter"))
            self.optimiser.load_state_dict(stored.optimiser)
            self.history = stored.history
            print(f"going on after epoch {stored.epoch}")

    def _load(self, stored: checkpoint.Checkpoint, path: Path, averaged: bool) -> None:
        if stored.architecture != self.args.architecture:
            raise BadDataError(f"{path}: a checkpoint of {stored.architecture}, not {self.args.architecture}")
        self.network.load_state_dict(stored.averaged if averaged else stored.network)

    def run(self) -> None:
        """All pools that are left."""
        for epoch in range(len(self.history), self.args.epochs):
            self.history.append(self._epoch(epoch, np.random.default_rng([self.args.seed, epoch])))
            print(" ".join(f"{key} {value:.4g}" for key, value in self.history[-1].items()), flush=True)
            self._save()

    def _epoch(self, epoch: int, rng: np.random.Generator) -> dict[str, float]:
        self.pools = sorted(self.args.views.glob("pool-*.npz"))  # more may have been made meanwhile
        pool = views.load(self.pools[epoch % len(self.pools)])
        order, batch = rng.permutation(len(pool)), self.args.batch
        steps, total = len(order) // batch, np.zeros(3)
        self.network.train()
        for step in range(steps):
            rate = learning_rate((epoch + step / steps) / self.args.epochs, self.args.rate)
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            total += self._step(pool, np.sort(order[step * batch : (step + 1) * batch]), rng)
            update_average(self.averaged, self.network, epoch * steps + step)
        names = ("loss", "eyes", "features")
        mean = {name: float(value) / steps for name, value in zip(names, total, strict=True)}
        return {"epoch": epoch + 1, "rate": rate, **mean, "public_test": self._accuracy()}

    def _step(self, pool: views.Pool, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        seen = jitter(to_network(pool.images[rows]).to(self.device), rng)
        targets, eyes, weights = (
            torch.from_numpy(part[rows]).to(self.device) for part in (pool.targets, pool.eyes, pool.weights)
        )
        features = torch.from_numpy(pool.features[rows].astype(np.float32)).to(self.device) / self.spread
        with fast_precision(self.device):
            pooled = self.network.pooled(seen)
        pooled = pooled.float()
        logits = self.network.classifier(functional.dropout(pooled, 0.1))
        parts = (
            cross_entropy(logits[:, : len(LABELS)], targets, weights),
            cross_entropy(logits[:, len(LABELS) :], eyes, weights * (eyes @ self.rarity)),
            functional.smooth_l1_loss(self.adapter(pooled), features),
        )
        loss = parts[0] + EYES_SHARE * parts[1] + FEATURES_SHARE * parts[2]
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        return np.array([part.item() for part in parts])

    @torch.no_grad()
    def _accuracy(self) -> float:
        """Averaged network on PublicTest."""
        right = 0
        for start in range(0, len(self.test_images), 256):
            seen = to_network(self.test_images[start : start + 256]).to(self.device)
            guess = self.averaged(seen)[:, : len(LABELS)].argmax(1).cpu().numpy()
            right += int((guess == self.test_answers[start : start + 256]).sum())
        return right / len(self.test_images)

    def _save(self) -> None:
        settings = {key: str(v) if isinstance(v, Path) else v for key, v in vars(self.args).items()}
        settings.pop("run", None)
        settings |= {"command": "train-pupil", "labels": "ferplus", "origin": "from scratch"}
        checkpoint.save(
            checkpoint.Checkpoint(
                self.args.architecture,
                OUTPUTS,
                settings,
                self.network.state_dict(),
                self.averaged.state_dict(),
                {**self.optimiser.state_dict(), "adapter": self.adapter.state_dict()},
                self.history,
            ),
            self.args.out,
        )


def cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean over the rows of which anything is known (targets that sum to 1)."""
    known = weights * targets.sum(1)
    cost = -(targets * functional.log_softmax(logits, 1)).sum(1)
    return (cost * known).sum() / known.sum().clamp(min=1.0)
