"""MODEL_CARD.md from measured figures. Every number in it comes from the JSON files given."""

from typing import Any

from models.training.expression import card_people
from models.training.expression.figures import REJECTED_FROM

BASELINES = ("four_blocks", "vgg16", "resnet50")
"""The seeds' networks."""
REACH = (
    # figure, path to it, what to reach, what to aim for
    ("FER+ test accuracy (PrivateTest)", ("ferplus", "accuracy"), "≥ .850", "≥ .865"),
    ("happy against the rest, F1 (≥ 5 of 10 votes)", ("ferplus", "happy_f1"), "≥ .938", "≥ .950"),
    ("GENKI photos: accuracy", ("genki", "accuracy"), "≥ .955", "≥ .970"),
    ("GENKI photos: non-smilers called happy", ("genki", "false_smiles"), "≤ .045", "≤ .025"),
    (
        "GENKI photos: recall at 1 % false smiles",
        ("genki", "recall_at_1_percent_false_smiles"),
        "≥ .87",
        "≥ .93",
    ),
    ("GENKI photos: accuracy by likeliest label", ("genki", "likeliest_label", "accuracy"), "", ""),
    ("GENKI photos: the same, called happy", ("genki", "likeliest_label", "false_smiles"), "", ""),
    ("cascade's false boxes rejected", ("not_a_face", "cascade_false_boxes_rejected"), "≥ .985", "≥ .99"),
    ("true faces rejected: FER+ test", ("ferplus", "faces_rejected"), "≤ .01", "≤ .003"),
    (
        "true faces rejected: the cascade's boxes",
        ("not_a_face", "cascade_true_boxes_rejected"),
        "≤ .01",
        "≤ .003",
    ),
    ("labelled faces rejected, found or not", ("not_a_face", "labelled_faces_rejected"), "", ""),
)


def write(
    model: dict[str, Any],
    figures: dict[str, Any],
    speeds: list[dict[str, Any]],
    kilobytes: float,
    beside: list[dict[str, Any]],
) -> str:
    """The card's text.

    :param model: the JSON beside the model file
    :param figures: what ``evaluate --out`` wrote, for int8 and, if measured, float
    :param beside: what ``report`` wrote of other networks
    """
    sections = (
        _heading(model),
        _figures(figures, speeds, kilobytes, beside),
        *card_people.sections(figures["int8"]),
        _classes(figures["int8"]["ferplus"]),
        _thresholds(figures["int8"]),
        _conditions(figures["int8"]),
        _training(model),
        _beside(beside),
        FAILURES,
        _not_measured(beside),
        MISUSE,
    )
    return "\n\n".join(section.strip() for section in sections if section) + "\n"


def _heading(model: dict[str, Any]) -> str:
    given, made = model["input"], model["output"]
    outputs = card_people.outputs_for_eyes(model)
    return f"""# Model card: {model["file"]}

Judges the expression of one face: {", ".join(model["labels"])}{card_people.states_of_eyes(model)}.
Made for one thing: to let a camera take the picture when everybody shows the chosen expression. This card is
written by `python -m models.training report` from measured files; do not edit it by hand.

- Input: {given["dtype"]} `{given["shape"]}`, one grey face crop; int8 = grey - 128. The crop is a square
  around the face box, side {model["crop"]["side"]} x sqrt(width x height).
- Output: {made["dtype"]} `{made["shape"]}` {made["meaning"]}; softmax(logits / {made["temperature"]}) are
  probabilities (temperature fitted on PublicTest, against the crowd's votes){outputs}.
- sha256 `{model["sha256"]}`"""


def _figures(
    figures: dict[str, Any],
    speeds: list[dict[str, Any]],
    kilobytes: float,
    beside: list[dict[str, Any]],
) -> str:
    lines = [
        "## Figures",
        "",
        f"FER+ on {figures['data']}, {figures['split']} test. int8 is the shipped file, float its network.",
        "",
        "| figure | int8 | float | reach | aim |",
        "|---|---|---|---|---|",
    ]
    for name, path, reach, aim in REACH:
        int8, full = _at(figures["int8"], path), _at(figures.get("float", {}), path)
        lines.append(f"| {name} | {int8} | {full} | {reach} | {aim} |")
    loss = _points_lost(figures)
    lines += [
        f"| float to int8, points of FER+ accuracy lost | {loss} | – | ≤ .5 | ≤ .2 |",
        f"| file size | {kilobytes:.0f} kB | – | ≤ 500 kB | ≤ 300 kB |",
        f"| million instructions a face, Cortex-A53 | {figures.get('instructions', 'not counted')} | – "
        "| ≤ 12 | ≤ 6 |",
        *map(_speed, speeds),
        *_own_labels(beside),
        "",
        _counting(figures),
    ]
    return "\n".join(lines)


def _speed(one: dict[str, Any]) -> str:
    where = "with" if one["int8_dot_products"] else "without"
    return (
        f"| CPU time a face, ratio to mini-Xception (float TFLite), processor {where} int8 dot products | "
        f"{one['ratio_to_mini_xception']} ({one['cpu_ms_per_face']} ms to {one['mini_xception_cpu_ms']} ms) "
        "| – | ≤ 2.0 | ≤ 1.0 |"
    )


def _own_labels(beside: list[dict[str, Any]]) -> list[str]:
    """The best network trained on FER-2013's seven labels: another one, as the shipped one has FER+'s."""
    trained = [one for one in beside if one["network"]["labels"] == "fer2013"]
    if not trained:
        return []
    best = max(trained, key=lambda one: one["history"][-1]["public_test"])  # never chosen on PrivateTest
    accuracy = best["float"]["fer2013"]["accuracy"]
    name = f"FER-2013's own labels (PrivateTest), `{best['network']['architecture']}`, see below"
    return [f"| {name} | – | {accuracy:.4f} | ≥ .700 | > .7328 |"]


def _counting(figures: dict[str, Any]) -> str:
    ferplus = figures["int8"]["ferplus"]
    text = (
        f"The FER+ test has {ferplus['rows']} rows with a valid majority (single votes dropped, one of eight "
        f"emotions above half). {ferplus['contempt_rows_counted_as_errors']} of them are contempt, which the "
        "model has no label for; they count as errors. "
        f"Without them the accuracy is {ferplus['accuracy_without_contempt_rows']}."
    )
    if "genki" in figures["int8"]:
        genki = figures["int8"]["genki"]
        text += (
            f" GENKI: {genki['photos']} photos that settings were chosen on; "
            f"{genki['missed_faces']} faces missed by the finder (a missed face is no smile); called happy "
            f"from {genki['shown_from']} on, as `sensitivity: normal` does, unless said otherwise."
        )
    if "not_a_face" in figures["int8"]:
        text += (
            " Rejection is measured on photographs held out of training; rejected means a "
            f"probability of not_a_face from {REJECTED_FROM}. The labelled faces include turned, masked "
            "and blurred ones that no finder may have found."
        )
    return text


def _points_lost(figures: dict[str, Any]) -> str:
    if "float" not in figures:
        return "not measured"
    return f"{100 * (figures['float']['ferplus']['accuracy'] - figures['int8']['ferplus']['accuracy']):.2f}"


def _at(tree: dict[str, Any], path: tuple[str, ...]) -> str:
    for key in path:
        tree = tree.get(key, {})
    return f"{tree:.4f}" if isinstance(tree, float | int) else "not measured"


def _classes(ferplus: dict[str, Any]) -> str:
    lines = ["## By label", "", "| label | precision | recall | F1 | rows |", "|---|---|---|---|---|"]
    for name, row in ferplus["per_class"].items():
        lines.append(f"| {name} | {row['precision']} | {row['recall']} | {row['f1']} | {row['rows']} |")
    error = ferplus["reliability"]["expected_calibration_error"]
    happy = ferplus["happy_reliability"]["expected_calibration_error"]
    lines += [
        "",
        f"Expected calibration error {error} (first label), {happy} (score of happy against the rest). "
        "[Confusion matrix](report/confusion.png), [reliability](report/reliability.png), "
        "[reliability of happy](report/reliability_happy.png), [training curves](report/curves.png).",
    ]
    return "\n".join(lines)


def _thresholds(int8: dict[str, Any]) -> str:
    if "genki" not in int8:
        return ""
    lines = ["## From which score a smile counts", "", "Score of happy on the GENKI photos."]
    lines += ["", "| threshold | accuracy | non-smilers called happy | smilers missed |", "|---|---|---|---|"]
    for name, row in int8["genki"]["by_threshold"].items():
        lines.append(f"| {name} | {row['accuracy']} | {row['false_smiles']} | {row['missed_smiles']} |")
    return "\n".join(lines)


def _conditions(int8: dict[str, Any]) -> str:
    lines = ["## By face size and darkness", "", "| FER+ test | accuracy | rows |", "|---|---|---|"]
    rows = int8["ferplus"]["rows"]
    for side, accuracy in int8["small_faces"].items():
        lines.append(
            f"| face crop of {side} pixels in the camera's picture, enlarged | {accuracy} | {rows} |"
        )
    for name, row in int8["ferplus"]["by_brightness"].items():
        lines.append(f"| {name} | {row['accuracy']} | {row['rows']} |")
    return "\n".join(lines)


def _training(model: dict[str, Any]) -> str:
    training = model["training"]
    recipe = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in training["recipe"].items())
    commands = training["command"].split(" && ")
    steps = "\n".join(
        f"{i}. `{one.removeprefix('python -m models.training ')}`" for i, one in enumerate(commands, 1)
    )
    return f"""## Training

- Network: {training["architecture"]}, {training["parameters"]} parameters, {training["epochs"]} epochs,
  seed {training["seed"]}, {training["date"]}; {recipe}.
- Labels: the crowd's votes as they are (FER+), single votes dropped; contempt and unknown votes have no label
  and are left out; not-a-face votes are not_a_face.
- Data: {training["data"]}. Training rows that also stand in a test split were dropped.
- What was tried on the way is in [EXPERIMENTS.md](training/EXPERIMENTS.md).
- Every run behind it, each of `python -m models.training`:

{steps}

Terms: FER-2013's images are customary for research and have no known owner licence; FER+ votes are MIT; the
photographs behind not_a_face and the unlabelled faces come from research and web collections. None of them is
in this repository; only what was learned from them is. The teachers started from published weights of face
recognition: dlib's (public domain) and HSE FaceRes (Apache 2.0, trained on VGGFace2, for research). They
are not shipped, and nothing in the shipped network can recognise a person: it scores expressions and eyes."""


def _beside(reports: list[dict[str, Any]]) -> str:
    """Other networks that the same commands trained on the same data."""
    if not reports:
        return ""
    lines = [
        "## Beside it: other networks, the same commands and data",
        "",
        "PrivateTest; int8 where it says so, else float. FER-2013's seven labels are one person's word a",
        "picture; they are reported for comparison with the literature alone, whose figures are mostly of a",
        "mean over several views: ours with the mirror image stands beside that of the picture alone.",
        "",
        "| network | parameters | weights from | epochs | labels | accuracy | with its mirror image |",
        "|---|---|---|---|---|---|---|",
    ]
    for report in reports:
        network, measured = report["network"], report.get("int8") or report["float"]
        labels = network["labels"]
        name = network["architecture"] + (" (int8)" if "int8" in report else "")
        taught = f", taught by {' and '.join(network['teachers'])}" if network["teachers"] else ""
        mirrored = measured[labels].get("accuracy_with_mirror_image")
        cells = [
            name,
            f"{network['parameters'] / 1e6:.2f} M",
            network["origin"] + taught,
            network["epochs"],
            "FER+" if labels == "ferplus" else "FER-2013",
            f"{measured[labels]['accuracy']:.4f}",
            "" if mirrored is None else f"{mirrored:.4f}",
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _not_measured(reports: list[dict[str, Any]]) -> str:
    trained = {report["network"]["architecture"] for report in reports}
    lines = ["## Not measured", ""]
    if left := ", ".join(name for name in BASELINES if name not in trained):
        lines.append(f"Baselines whose commands run, but which were not trained for this card: {left}.")
    return "\n".join([*lines, "Speed on a Raspberry Pi."])


FAILURES = """## Known failures, and what to do

- Votes of ten strangers about a still are the truth here: the model says what a face looks like, not what a
  person feels.
- Disgust and fear are rare in the data and mostly missed (table above): do not build a trigger on them.
- Some people who do not smile have happy as their likeliest label: decide by a threshold on the score (table
  above), and keep the appliance's hold time.
- Below about 24 pixels a face, and in the dark, it is less sure (table above): come nearer, or add light.
- The faces it learned expressions from were found by a frontal cascade, so faces turned far to the side were
  rare. Some turned, masked or very blurred faces are taken for no face: see "labelled photos" above.
- A mask hides the mouth. How well a smile is seen above one was not measured.
- Accuracy by skin tone, age or sex was not measured: the data carry no such labels.
"""

MISUSE = """## Not to be used for

Judging anybody's mood, honesty, health, attention or suitability; hiring, school, policing, border,
insurance; any decision about a person. It is a shutter release."""
