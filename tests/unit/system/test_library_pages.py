"""The appliance leaves a small board most of its memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.system.library_pages import DONTNEED, give_back_libraries

PROGRAM = """
import re, sys
from pathlib import Path
import cv2, numpy
from appliance.system.library_pages import give_back_libraries

def resident():
    return int(re.search(r"RssFile:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

picture = numpy.arange(120 * 160 * 3, dtype=numpy.uint8).reshape(120, 160, 3)
small, before = cv2.resize(picture, (40, 30)), resident()
give_back_libraries(*map(Path, sys.argv[1:]))
after = resident()
assert (cv2.resize(picture, (40, 30)) == small).all()
print(before, after)
"""


def file_pages(*arguments: str) -> tuple[int, int]:
    """Resident file pages in kB of a program with the appliance's libraries, before and after."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = map(int, done.stdout.split())
    return before, after


@pytest.mark.slow
def test_code_that_only_the_start_needed_goes_back_and_what_is_needed_again_still_works() -> None:
    before, after = file_pages()
    assert after < 0.6 * before


def test_a_library_still_being_loaded_and_pages_that_differ_from_their_file_are_left_alone(
    tmp_path: Path,
) -> None:
    smaps = """\
55000-56000 r-xp 00000000 00:14 7 /usr/lib/loading.so
Rss: 4 kB
Anonymous: 0 kB
Swap: 0 kB
56000-57000 r--p 00000000 00:14 8 /usr/lib/with addresses.so
Anonymous: 4 kB
Swap: 0 kB
57000-58000 r--p 00000000 00:14 8 /usr/lib/with addresses.so
Anonymous: 0 kB
Swap: 4 kB
58000-59000 rw-p 00000000 00:14 8 /usr/lib/with addresses.so
Anonymous: 0 kB
Swap: 0 kB
59000-5a000 r--p 00000000 00:00 0
Anonymous: 0 kB
5a000-5b000 r--p 00000000 00:14 9 /usr/lib/whole.so
Anonymous: 0 kB
Swap: 0 kB
5b000-5c000 rw-p 00000000 00:14 9 /usr/lib/whole.so
Anonymous: 4 kB
5c000-5d000 r-xp 00000000 00:00 0 [vdso]
Anonymous: 0 kB
"""
    given: list[tuple[int, int, int]] = []

    def madvise(start: int, size: int, advice: int) -> int:
        given.append((start, size, advice))
        return 0

    (tmp_path / "smaps").write_text(smaps)
    give_back_libraries(tmp_path / "smaps", madvise)
    assert given == [(0x5A000, 0x1000, DONTNEED)]


@pytest.mark.slow
def test_where_the_kernel_does_not_tell_what_is_mapped_everything_stays_as_it_is(tmp_path: Path) -> None:
    before, after = file_pages(str(tmp_path / "absent"))
    assert abs(after - before) < 0.05 * before
