"""Start-up that survives a bad configuration by using the next best one."""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.errors import ApplianceError, ConfigError

Opened = TypeVar("Opened")


def open_safely(
    open_all: Callable[[Config, ConfigError | None, contextlib.ExitStack], Opened],
    config: Config,
    fault: ConfigError | None,
    live: LiveConfig,
    resources: contextlib.ExitStack,
) -> Opened:
    """Open everything with ``config``, or with what ``live`` has to fall back to.

    ``open_all`` gets the configuration, the reason why it is not the wanted one (``fault`` at first), and the
    stack on which it registers what it opens; that ends up in ``resources``, or is closed before the second
    attempt. Raises the ApplianceError of the first attempt where there is nothing to fall back to, and
    of the second.
    """
    try:
        with contextlib.ExitStack() as attempt:
            opened = open_all(config, fault, attempt)
            resources.push(attempt.pop_all())
            return opened
    except ApplianceError as error:
        fallback = live.fallback(config, error)
        if fallback is None:
            raise
        return open_all(fallback, live.refusal(config, error), resources)
