"""What can go wrong in training, in words for the person at the terminal."""


class TrainingError(Exception):
    """The work failed; ``exit_code`` 1, or 2 for bad usage or data."""

    exit_code = 1


class BadDataError(TrainingError):
    """A data file is missing, truncated or of another shape; names the file and what was expected."""

    exit_code = 2
