"""setup.sh makes a release, or says why not and leaves nothing behind."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.setup_machine import Pi

PYTHON = Path(shutil.which("python3", path=os.environ["PATH"]) or "/usr/bin/python3").resolve()


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment as setup.sh makes one, with a real pip: 3 s of work, for the tests once."""
    folder = tmp_path_factory.mktemp("environment") / "made"
    subprocess.run([PYTHON, "-m", "venv", "--system-site-packages", folder], check=True)
    return folder


@pytest.fixture
def real_python(pi: Pi, environment: Path) -> None:
    """The Python that runs this; of the virtual environments it makes, each is a copy of the first."""
    pi.program(
        "python3",
        f"""case "$*" in
            "-m venv --system-site-packages "*)
                cp -R {environment} "$4"
                sed -i "1s|{environment}|$4|" "$4"/bin/pip* ;;
            *) exec {PYTHON} "$@" ;;
        esac""",
    )


@pytest.mark.slow
@pytest.mark.timeout(900)  # makes a virtual environment, which takes long on a busy machine
@pytest.mark.usefixtures("real_python")
@pytest.mark.parametrize("damage", ["empty", "damaged"])
def test_a_bundle_that_is_incomplete_or_damaged_is_reported_and_nothing_is_left_behind(
    pi: Pi, tmp_path: Path, damage: str
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    if damage == "damaged":
        for name in ("colorzero-2.0", "tqdm-4.70.1"):
            (bundle / f"{name}-py3-none-any.whl").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    done = pi.run("make_release", SMART_SELFIE_BUNDLE=str(bundle), TMPDIR=str(tmp_path))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert f"missing or damaged in {bundle}" in last
    assert "make-bundle" in last
    assert not list((pi.folder / "opt").iterdir())


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("real_python")
def test_no_network_for_pip_is_reported_and_nothing_is_left_behind(pi: Pi, tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": "/dev/null"}
    done = pi.run("make_release", TMPDIR=str(tmp_path), **nowhere)
    assert done.returncode == 1
    assert "Check the network and run setup.sh again" in done.stderr.splitlines()[-1]
    assert not list((pi.folder / "opt").iterdir())


def test_a_numpy_that_is_not_apts_stops_it(pi: Pi, tmp_path: Path) -> None:
    """In place of a whole environment a Python that finds another numpy first."""
    numpy = tmp_path / "elsewhere/numpy"
    numpy.mkdir(parents=True)
    (numpy / "__init__.py").write_text("__version__ = '9.9'\n")
    python = shutil.which("python3")
    pi.put(
        "opt/smart-selfie/releases/x/bin/python", f'#!/bin/sh\nPYTHONPATH={numpy.parent} exec {python} "$@"\n'
    )
    (pi.folder / "opt/smart-selfie/releases/x/bin/python").chmod(0o755)
    done = pi.run("RELEASE=$PREFIX/releases/x; verify_packages")
    assert done.returncode == 1
    assert f"numpy 9.9 in force is {numpy}/__init__.py, not apt's" in done.stderr
    assert "pip uninstall" in done.stderr
