"""``report``: curves, matrices, speed, and the model card, all from measured files."""

import argparse
import json
from pathlib import Path
from typing import Any

from models.training.errors import BadDataError
from models.training.expression import card, checkpoint, networks, plots, runtime, speed
from models.training.expression.labels import FER2013_LABELS, LABELS
from models.training.int8 import write_atomically


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Command line of ``report``."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="its history gives the curves; not needed where --figures is figures.json of an earlier report",
    )
    parser.add_argument("--figures", type=Path, required=True, help="JSON file that `evaluate --out` wrote")
    parser.add_argument("--model", type=Path, help="int8 model: adds speed and the model card")
    parser.add_argument("--out", type=Path, default=Path("models/report"), help="folder for PNG and JSON")
    parser.add_argument("--card", type=Path, default=Path("models/MODEL_CARD.md"))
    parser.add_argument(
        "--instructions",
        type=float,
        help="million instructions a face on a Cortex-A53, counted under emulation (qemu-aarch64's plugins)",
    )
    parser.add_argument(
        "--beside",
        type=Path,
        nargs="+",
        default=[],
        help="figures.json of other networks' reports, for a table in the card",
    )


def run(args: argparse.Namespace) -> int:
    """Write everything; print where it is."""
    figures = _read(args.figures)
    if args.instructions:
        figures["instructions"] = args.instructions
    network, history = _run_behind(args.checkpoint, figures, args.figures)
    args.out.mkdir(parents=True, exist_ok=True)
    plots.curves(history, args.out / "curves.png")
    measured = figures.get("int8") or figures["float"]
    if "fer2013" in measured:
        plots.confusion(measured["fer2013"]["confusion"], list(FER2013_LABELS), args.out / "confusion.png")
    else:
        _ferplus_plots(measured["ferplus"], args.out)
    summary: dict[str, Any] = {**figures, "network": network, "history": history}
    if args.model:
        model = runtime.load(args.model)
        summary["speed"] = _speeds(args, network["architecture"])
        kilobytes = args.model.stat().st_size / 1000
        text = card.write(
            model.card, figures, summary["speed"], kilobytes, [_read(one) for one in args.beside]
        )
        write_atomically(args.card, text.encode())
        print(args.card)
    write_atomically(args.out / "figures.json", (json.dumps(summary, indent=1) + "\n").encode())
    print(args.out)
    return 0


def _speeds(args: argparse.Namespace, architecture: str) -> list[dict[str, Any]]:
    """What was measured now, and what an earlier report measured of this network on the other processors."""
    now = {"architecture": architecture, **speed.against_mini_xception(args.model)}
    before = _read(args.out / "figures.json").get("speed", []) if (args.out / "figures.json").exists() else []
    others = [
        one
        for one in before
        if one["architecture"] == architecture and one["int8_dot_products"] != now["int8_dot_products"]
    ]
    return sorted([now, *others], key=lambda one: not one["int8_dot_products"])


def _run_behind(
    path: Path | None, figures: dict[str, Any], source: Path
) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """What was trained and how it went: from the checkpoint, or as an earlier report wrote it down."""
    if path:
        stored = checkpoint.load(path)
        return _network(stored, path), stored.history
    if not {"network", "history"} <= set(figures):
        raise BadDataError(f"{source}: not figures.json of an earlier report; give --checkpoint")
    return figures["network"], figures["history"]


def _network(stored: checkpoint.Checkpoint, path: Path) -> dict[str, Any]:
    """What was trained, from which weights, and for how long."""
    network = networks.from_checkpoint(stored, path)
    return {
        "architecture": stored.architecture,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "labels": stored.settings.get("labels"),
        "origin": stored.settings.get("origin"),
        "teachers": [Path(name).name for name in stored.settings.get("teacher") or []],
        "epochs": stored.epoch,
    }


def _ferplus_plots(ferplus: dict[str, Any], folder: Path) -> None:
    plots.confusion(ferplus["confusion"], list(LABELS), folder / "confusion.png")
    plots.reliability(ferplus["reliability"], "first label", folder / "reliability.png")
    plots.reliability(ferplus["happy_reliability"], "happy", folder / "reliability_happy.png")


def _read(path: Path) -> dict[str, Any]:
    try:
        figures = json.loads(path.read_text())
    except OSError as error:
        raise BadDataError(f"{path}: {error.strerror}; `evaluate --out` writes it") from None
    except ValueError as error:
        raise BadDataError(f"{path}: not JSON ({error})") from None
    if not isinstance(figures, dict) or not {"int8", "float"} & set(figures):
        raise BadDataError(f"{path}: holds no figures; `evaluate --out` writes it")
    return figures
