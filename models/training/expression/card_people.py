"""The model card's sections on real faces, whole groups and eyes, from what ``people_bench`` measured."""

from typing import Any

LEVELS = {"S": "clear smiles", "f": "faint or doubtful ones", "n": "none"}
HAPPY = (
    ("recall", "clear smiles called happy, as `sensitivity: normal` does", "≥ .96", "≥ .98"),
    ("false", "faces without a smile called happy", "≤ .009", "≤ .005"),
    ("recall_at_0_3_percent_false", "recall at .3 % false smiles", "≥ .90", "≥ .95"),
    ("recall_at_1_0_percent_false", "recall at 1 % false smiles", "", ""),
)
GROUPS = (
    ("all_smile", "groups in which every clear face smiles: taken", "≥ .90", "≥ .95"),
    ("one_does_not", "groups with one clear non-smiler: taken", "≤ .012", "0"),
    ("somebody_does_not", "groups with a non-smiler or more: taken", "", ""),
)
EYES = (
    ("open_called_open", "open eyes called open", "≥ .95", "≥ .98"),
    ("closed_called_open", "closed eyes called open", "≤ .06", "≤ .03"),
    ("open_told", "open eyes of which something is said", "", ""),
    ("closed_told", "closed eyes of which something is said", "", ""),
    ("hidden_told", "eyes nobody can see, of which something is said all the same", "", ""),
)


def sections(int8: dict[str, Any]) -> list[str]:
    """All of them; none where real faces were not measured."""
    if "people" not in int8:
        return []
    people = int8["people"]
    return [_main(people), _sensitivity(people["happy"]), _others(people), _clear(int8), _bands(people)]


def _main(people: dict[str, Any]) -> str:
    rows = [("happy", *row) for row in HAPPY] + [("groups", *row) for row in GROUPS]
    if "open_called_open" in people["eyes"]:
        rows += [("eyes", *row) for row in EYES]
    lines = [
        "## Real faces, whole groups, eyes",
        "",
        f"{people['faces']} faces of photographs in which nobody's expression was taught, read one by one;",
        "photos of one scene or person are on one side. A face is clear where all who read it gave one code.",
        "Eyes are measured in faces of 48 pixels and more.",
        "",
        "| figure | int8 | 95 % interval | of | reach | aim |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {text} | {_share(people[part].get(key))} | {reach} | {aim} |"
        for part, key, text, reach, aim in rows
    ]
    return "\n".join(lines)


def _share(one: dict[str, Any] | None) -> str:
    if not one or not one["of"]:
        return "not measured | | 0"
    low, high = one["interval_95"]
    return f"{one['share']:.4f} | {low:.3f} to {high:.3f} | {one['of']}"


def _sensitivity(happy: dict[str, Any]) -> str:
    lines = [
        "## What `sensitivity` lets through",
        "",
        f"| level | {' | '.join(LEVELS.values())} |",
        "|---|---|---|---|",
    ]
    for level, shares in happy["by_sensitivity"].items():
        lines.append(f"| `{level}` | {' | '.join(_plain(shares[code]) for code in LEVELS)} |")
    return "\n".join(lines)


def _plain(one: dict[str, Any]) -> str:
    return f"{one['share']:.3f} of {one['of']}" if one["of"] else "–"


def _others(people: dict[str, Any]) -> str:
    lines = [
        "## Neutral and surprise on real faces",
        "",
        "| expression | recall at 1 % false | of |",
        "|---|---|---|",
    ]
    for name in ("neutral", "surprise"):
        at = people[name].get("recall_at_1_0_percent_false")
        lines.append(f"| {name} | {at['share'] if at else 'not measured'} | {people[name]['clear']} |")
    return "\n".join(lines)


def _clear(int8: dict[str, Any]) -> str:
    lines = [
        "## Clear expressions of the FER+ test",
        "",
        "Faces in which at least 8 of 10 people saw the expression, against those in which not one did.",
        "",
        "| expression | recall at 1 % false | of | others |",
        "|---|---|---|---|",
    ]
    for name, row in int8["ferplus"].get("clear", {}).items():
        lines.append(f"| {name} | {row['recall']:.3f} | {row['of']} | {row['others']} |")
    return "\n".join(lines)


def _bands(people: dict[str, Any]) -> str:
    lines = [
        "## Real faces by size, light, eyes and tilt",
        "",
        "Called happy at `sensitivity: normal`. Size in pixels of the stored photo; brightness and contrast",
        "are mean and standard deviation of the grey levels of the crop; hidden eyes are mostly behind dark",
        "glasses. For the tilt all faces are turned by so many degrees.",
        "",
        "| group | clear smiles called happy | faces without a smile called happy |",
        "|---|---|---|",
    ]
    for name in ("size", "brightness", "contrast", "eyes", "tilt"):
        for band, row in people.get(f"by_{name}", {}).items():
            lines.append(f"| {name} {band} | {_plain(row['recall'])} | {_plain(row['false'])} |")
    return "\n".join(lines)


def states_of_eyes(model: dict[str, Any]) -> str:
    """What the card says of them in its first line."""
    states = model.get("eyes")
    return f"; and of its eyes whether they are {' or '.join(states)}" if states else ""


def outputs_for_eyes(model: dict[str, Any]) -> str:
    """And of the outputs."""
    return (
        ";\n  the last three outputs are logits of the eyes, with a softmax of their own"
        if model.get("eyes")
        else ""
    )
