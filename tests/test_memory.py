"""The appliance leaves a small board most of its memory."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import re, sys
from pathlib import Path
import cv2, numpy
from appliance.memory import give_back_code

def resident():
    return int(re.search(r"RssFile:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

picture = numpy.arange(120 * 160 * 3, dtype=numpy.uint8).reshape(120, 160, 3)
small, before = cv2.resize(picture, (40, 30)), resident()
give_back_code(*map(Path, sys.argv[1:]))
after = resident()
assert (cv2.resize(picture, (40, 30)) == small).all()
print(before, after)
"""


def file_pages(*arguments: str) -> tuple[int, int]:
    """Resident file pages in kB of a program with the appliance's libraries, before and after."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = map(int, done.stdout.split())
    return before, after


def test_code_that_only_the_start_needed_goes_back_and_what_is_needed_again_still_works():
    before, after = file_pages()
    assert after < 0.8 * before


def test_where_the_kernel_does_not_tell_what_is_mapped_everything_stays_as_it_is(tmp_path):
    before, after = file_pages(str(tmp_path / "maps"))
    assert abs(after - before) < 0.05 * before
