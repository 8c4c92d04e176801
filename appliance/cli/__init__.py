"""``smart-selfie COMMAND``: one module per command, loaded only when it is called."""

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from appliance.cli.parser import parse_arguments
from appliance.errors import ApplianceError
from appliance.language.choice import of_system

_STARTED_ANEW = "SMART_SELFIE_UTF8"
INTERRUPTED = 130
"""Exit status of a program ended by Ctrl-C, as shells give it."""
_terminated: list[bool] = []


def program() -> NoReturn:
    """Run the whole process: :func:`main`, then exit.

    A stage that did not stop in time still works, often inside a library: an orderly exit of the interpreter
    would crash it, which systemd would count as a failure. So the process then ends at once.
    """
    _use_utf8()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name need not be text
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # libraries that are loaded cannot be interrupted cleanly
    try:
        status = main(before_work=_clean_up_when_interrupted)
    except SystemExit as end:  # argparse
        status = end.code if isinstance(end.code, int) else 1
    status = _flushed(status)
    if status == INTERRUPTED and _terminated:  # as the sender of the signal expects
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    if all(thread is threading.main_thread() for thread in threading.enumerate()):
        sys.exit(status)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)


def _use_utf8() -> None:
    """Start anew in UTF-8 mode where the locale is another: names in the settings are UTF-8 in any locale.

    Python can change that at its start only (PEP 540).
    """
    if sys.getfilesystemencoding().lower() == "utf-8" or os.environ.get(_STARTED_ANEW):
        return
    os.environ[_STARTED_ANEW] = "1"
    os.environ["PYTHONUTF8"] = "1"
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _clean_up_when_interrupted() -> None:
    """Let signals raise, so that a command finishes or removes its output. Some handle them themselves."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminate)


def _terminate(_number: int, _frame: object) -> NoReturn:
    _terminated.append(True)
    raise KeyboardInterrupt


def _flushed(status: int) -> int:
    """Return ``status``, or 1 if the last of the output could not be written."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _no_more_output()
        if not isinstance(error, BrokenPipeError):
            print(f"smart-selfie: the output cannot be written: {error.strerror}", file=sys.stderr)
        return status or 1
    return status


def _no_more_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(argv: Sequence[str] | None = None, before_work: Callable[[], None] = lambda: None) -> int:
    """Run one command: exit 0 done, 1 the work failed, 2 bad usage or configuration.

    ``before_work`` is called once everything is loaded and parsed.
    """
    args = parse_arguments(sys.argv[1:] if argv is None else argv)
    try:
        before_work()
        return int(args.run(args))
    except ApplianceError as error:
        print(f"smart-selfie: {error.in_words(of_system().translate)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _no_more_output()  # the reader has gone
        return 1
    except OSError as error:  # a folder that may not be entered, a name too long: of whatever file it is
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        print(f"smart-selfie: {place}{error.strerror or error}", file=sys.stderr)
        return 1
