"""Name the tests that are slow, by the CPU time they take: a busy machine does not change it."""

import resource
from collections.abc import Generator

import pytest

LIMIT_SECONDS = 1.0
"""CPU seconds of one test, its subprocesses included, above which it is to be marked slow."""
SLOW_FIXTURES = frozenset(
    {"environment", "greys", "replayed", "running", "saver", "scene_video", "smile_video", "strace"}
)
"""Fixtures that take longer than that, or start something that does: whatever uses one is slow."""
SLOW_FOLDERS = ("tests/appliance", "tests/browser", "tests/install", "tests/training")
"""Folders of tests that run the whole appliance or a machine, or are not about the appliance."""


def cpu_seconds() -> float:
    """Return what this process and its ended children have used."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class CpuWatch:
    """A plugin of pytest: marks what uses a slow fixture, and lists what is slow without the mark."""

    def __init__(self) -> None:
        self._unmarked: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            folder = item.nodeid.startswith(SLOW_FOLDERS)
            if folder or (isinstance(item, pytest.Function) and SLOW_FIXTURES & set(item.fixturenames)):
                item.add_marker("slow")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        before = cpu_seconds()
        yield
        used = cpu_seconds() - before
        if used > LIMIT_SECONDS and not {"slow", "long"} & {mark.name for mark in item.iter_markers()}:
            self._unmarked.append(f"{item.nodeid}: {used:.1f} s of CPU; mark it slow, or make it faster")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        before = cpu_seconds()
        result = yield
        used = cpu_seconds() - before
        if used > LIMIT_SECONDS and fixturedef.argname not in SLOW_FIXTURES:
            self._unmarked.append(
                f"fixture {fixturedef.argname}: {used:.1f} s of CPU; name it in SLOW_FIXTURES"
            )
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._unmarked:
            terminalreporter.section("slow without the mark", yellow=True)
            for line in self._unmarked:
                terminalreporter.write_line(line)
        if terminalreporter.config.getoption("numprocesses", None):
            return  # the tests run in other processes
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        terminalreporter.write_line(f"{cpu_seconds():.0f} s of CPU, {memory} MB at most")
