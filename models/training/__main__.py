"""``python -m models.training COMMAND``: one module a command, loaded only when it is called."""

import argparse
import importlib
import sys

from models.training.errors import TrainingError

COMMANDS = {
    "prepare": ("models.training.expression.prepare", "check the data and mine pictures of no face"),
    "prepare-people": ("models.training.expression.people", "cut out the faces that were read, and others"),
    "make-views": ("models.training.expression.views", "views of faces with what a teacher says about them"),
    "prune": ("models.training.expression.prune", "cut a narrow network out of the large one"),
    "train-pupil": ("models.training.expression.pupil", "train a narrow network from such views"),
    "add-eyes": ("models.training.expression.eyes_head", "outputs for eyes beside those of an int8 file"),
    "recreate": ("models.training.expression.recreate", "the shipped expression model, from nothing"),
    "train": ("models.training.expression.train", "train an expression network"),
    "average": ("models.training.expression.average", "the mean of several runs from the same weights"),
    "evaluate": ("models.training.expression.evaluate", "measure an expression model"),
    "convert": ("models.training.expression.convert", "checkpoint to int8 TFLite, with its JSON"),
    "report": ("models.training.expression.report", "curves, matrices and the model card"),
    "train-faces": ("models.training.faces.train", "train the face finder"),
    "convert-faces": ("models.training.faces.convert", "checkpoint to int8 TFLite, with its JSON"),
    "evaluate-faces": ("models.training.faces.evaluate", "measure a face finder on labelled photos"),
    "reach": ("models.training.faces.reach", "measure a face finder on groups that stand far away"),
    "evaluate-portraits": ("models.training.faces.portraits", "count the boxes on photos of one face"),
    "sensitivity": ("models.training.moment.sensitivity", "measure what the rule's thresholds let through"),
    "eyes": ("models.training.moment.eyes", "measure the judge of open eyes"),
    "moment-bench": ("models.training.moment.bench", "groups of real faces through the whole appliance"),
    "scene": ("models.training.scene", "build the bundled demo scene from averaged faces"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; exit 0 done, 1 the work failed, 2 bad usage or data."""
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = sys.argv[1:] if argv is None else argv
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if arguments[:1] == [name]:  # importing torch for every --help would take seconds
            loaded = importlib.import_module(module)
            loaded.add_arguments(command)
            command.set_defaults(run=loaded.run)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
