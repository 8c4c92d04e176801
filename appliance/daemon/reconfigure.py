"""A change of settings is a transaction: every part prepares, then all of them commit, or none does.

The parts run with settings of their own and know nothing of each other. What may fail is done while
preparing; a part that can only prove itself later (a camera, by its first frame) keeps the transaction open.
"""

import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.config import Config
from appliance.config.live import LiveConfig
from appliance.errors import ApplianceError

log = logging.getLogger(__name__)


def _nothing() -> None:
    pass


def _at_once() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Change:
    """New state of one part, prepared but not in force.

    ``commit`` puts it in force and cannot fail; ``abort`` releases it and restores what was in force.
    ``ready`` returns False as long as it cannot be known whether the new state works, and raises
    ApplianceError where it does not.
    """

    commit: Callable[[], None] = _nothing
    abort: Callable[[], None] = _nothing
    ready: Callable[[], bool] = _at_once


class Part(ABC):
    """Anything that runs with some of the settings and can change to others."""

    @abstractmethod
    def prepare(self, old: Config, new: Config) -> Change | None:
        """Prepare everything that can fail of going from ``old`` to ``new``; None where nothing changes.

        Raises ApplianceError, with everything as it was.
        """


class Transaction:
    """One change from ``old`` to ``new``, prepared in all ``parts``, in their order.

    Raises ApplianceError where a part refuses; those before it have aborted then, the last one first.
    """

    def __init__(self, parts: Sequence[Part], old: Config, new: Config) -> None:
        self.new = new
        self._changes: list[Change] = []
        with contextlib.ExitStack() as aborts:
            for part in parts:
                change = part.prepare(old, new)
                if change is not None:
                    aborts.callback(change.abort)
                    self._changes.append(change)
            self._aborts = aborts.pop_all()

    def ready(self) -> bool:
        """Return whether every part is ready to commit. Raises ApplianceError where one cannot."""
        return all(change.ready() for change in self._changes)

    def commit(self) -> None:
        """Put the new settings in force in every part."""
        self._aborts.pop_all()
        for change in self._changes:
            change.commit()

    def abort(self) -> None:
        """Restore what was in force in every part, the last one first."""
        self._aborts.close()


class SettingsInForce:
    """Settings that all ``parts`` run with, and the only way to change them. One thread.

    ``live`` tells the file and line of a setting that this machine cannot satisfy.
    """

    def __init__(self, config: Config, parts: Sequence[Part], live: LiveConfig) -> None:
        self.config = config
        self._parts = tuple(parts)
        self._live = live
        self._pending: Transaction | None = None

    def propose(self, config: Config) -> None:
        """Prepare to change to ``config``; :meth:`settle` completes it. Withdraws an earlier proposal.

        Raises ConfigError where a part cannot; everything is as it was then.
        """
        self.withdraw()
        try:
            self._pending = Transaction(self._parts, self.config, config)
        except ApplianceError as error:
            raise self._live.refusal(config, error) from error

    def withdraw(self) -> None:
        """Withdraw a proposal that has not been settled; the settings in force stay."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.abort()

    def settle(self) -> bool:
        """Put the proposal in force once every part is ready; return whether that was now.

        Raises ConfigError where a part turns out not to work; everything is as before the proposal then.
        """
        pending = self._pending
        if pending is None:
            return False
        try:
            if not pending.ready():
                return False
        except ApplianceError as error:
            self.withdraw()
            raise self._live.refusal(pending.new, error) from error
        self._pending = None
        pending.commit()
        if pending.new != self.config:
            self.config = pending.new
            log.info("The new configuration is in force")
        return True
