"""Settings of the allocator."""

import ctypes

import pytest

from appliance.system import allocator


def test_it_can_be_asked_for_with_any_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Library:
        def mallopt(self, setting: int, value: int) -> None:
            asked.append((setting, value))

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library())
    allocator.return_freed_memory()
    assert asked[0] == (-8, 1), "one arena, whatever the number of threads"
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    allocator.return_freed_memory()
