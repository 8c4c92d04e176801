"""Catalogue of errors, in words for the person in front of the box.

Every error says what is wrong and where; ``hint`` says what to do. ``exit_code`` is what the command line
returns: 1, the work failed; 2, bad usage or configuration. The daemon survives camera and storage errors
(it reopens with backoff and shows them on the light); all others end the process. ``key`` names the setting
that this machine cannot satisfy, where there is one.
"""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass

Translate = Callable[[str], str]
"""Translation of a sentence, see ``appliance/language``."""

MOST_SHOWN = 200
"""Characters of a value that a message repeats: the journal stays readable."""
MOST_PROBLEMS = 100
"""Problems of a configuration that are listed: a file that is not YAML could yield a hundred thousand."""

_REPR = reprlib.Repr()
_REPR.maxlevel = 3
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = MOST_SHOWN
_REPR.maxlist = _REPR.maxtuple = 10


class ApplianceError(Exception):
    """Base of the catalogue. ``str()`` gives the whole message, hint included."""

    exit_code = 1
    key = ""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return self.in_words()

    def in_words(self, translate: Translate = str) -> str:
        """Return the whole message, hint included; ``translate`` translates what is read."""
        return f"{translate(self.what)}. {translate(self.hint)}" if self.hint else translate(self.what)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a configuration: place, value and reason."""

    key: str
    value: object
    reason: str
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        return self.in_words()

    def in_words(self, translate: Translate = str) -> str:
        """Return place, value and reason; ``translate`` translates what is read."""
        place = self.file or translate("configuration")
        if self.line is not None:
            place = translate(f"{place}, line {self.line}")
        if not self.key:
            return f"{place}: {translate(self.reason)}"
        key = self.key if self.key.isprintable() and len(self.key) <= MOST_SHOWN else shown(self.key)
        value = "" if self.value is None else f" = {shown(self.value)}"
        return f"{place}: {key}{value}: {translate(self.reason)}"


def shown(value: object) -> str:
    """Return ``value`` for a message: on one line, short, and in bounded time for any value."""
    try:
        text = _REPR.repr(value)
    except ValueError:  # Python writes no whole number of more than 4300 digits
        return "(too long to be shown)"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


class ConfigError(ApplianceError, ValueError):
    """The configuration cannot be used; ``problems`` lists every reason, or the first hundred."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        if len(problems) > MOST_PROBLEMS:
            more = f"and {len(problems) - MOST_PROBLEMS} problems more"
            problems = [*problems[:MOST_PROBLEMS], Problem("", None, more, None, problems[-1].file)]
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def in_words(self, translate: Translate = str) -> str:
        """Return all problems, a line each; ``translate`` translates what is read."""
        return "\n".join(problem.in_words(translate) for problem in self.problems)


class UsageError(ApplianceError):
    """The command line asks for something impossible."""

    exit_code = 2


class ModelError(ApplianceError):
    """A model file is missing, truncated or does not fit the JSON beside it."""

    key = "faces.detector"


class CascadeError(ApplianceError):
    """A cascade XML is missing or cannot be read."""

    key = "faces.detector"


class RuntimeMissingError(ApplianceError):
    """Neither TFLite runtime is installed."""


class PackageError(ApplianceError):
    """A Python package does not fit the others."""


class CameraError(ApplianceError):
    """Base of what a camera can do wrong; the daemon reopens it with backoff."""

    key = "camera.source"


class CameraAbsentError(CameraError):
    """The configured camera is not connected."""


class CameraBusyError(CameraError):
    """Another program holds the camera."""


class CameraStalledError(CameraError):
    """The camera was open and has stopped delivering frames."""


class CameraFormatError(CameraError):
    """The camera delivers something that cannot be converted; names what it granted."""


class CameraMemoryError(CameraError):
    """The kernel has no contiguous memory (CMA) left for the camera's pictures."""


class CameraTuningError(CameraError):
    """The camera tuning that the configuration names is missing."""

    key = "camera.tuning"


class RecordingError(CameraError):
    """A recording is missing, empty or corrupt: trying again will not help."""

    key = "camera.recording"


class PictureError(ApplianceError):
    """A picture file cannot be read or is too large to judge."""


class StorageError(ApplianceError):
    """A photo could not be kept. No half-written file is left behind."""

    key = "storage.folder"


class NoSpaceError(StorageError):
    """The card is full, or as full as ``storage.keep_free_mb`` allows."""


class ReadOnlyError(StorageError):
    """The photo folder cannot be written."""


class ExportError(ApplianceError):
    """Photos could not be copied off the card; copies made before are complete."""


class GpioError(ApplianceError):
    """A pin of the light or the button cannot be used; names the pin. ``key`` is its setting."""

    def __init__(self, what: str, hint: str = "", key: str = "hardware") -> None:
        super().__init__(what, hint)
        self.key = key


class BrokerError(ApplianceError):
    """A file for the connection to the MQTT broker cannot be used."""

    key = "mqtt.ca_file"


class HotspotError(ApplianceError):
    """The appliance's own Wi-Fi cannot be made: no radio, a name that is taken, NetworkManager refuses."""


class FeedError(ApplianceError):
    """The socket between the appliance and its page cannot be used, or carried something not a message."""

    key = "web.socket"


class StageError(ApplianceError):
    """A stage of the pipeline died; the process must not go on without it."""
