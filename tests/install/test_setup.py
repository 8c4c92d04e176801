"""setup.sh where it cannot work: clear words, an exit code, nothing half-installed.

The parts of setup.sh run as they are; the machine is a folder with the files of one, and programs of its own.
What needs a whole machine is in tests/machine/scenario.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\nVERSION_CODENAME=bookworm\n'
TRIXIE = "ID=debian\nVERSION_CODENAME=trixie\n"
APT = [
    *("python3", "python3-venv", "python3-numpy", "util-linux", "dosfstools", "exfatprogs"),
    *("python3-picamera2", "python3-lgpio"),
]


class Pi:
    """A Raspberry Pi in a folder: 64 bit, Bookworm, a camera, room, everything of apt there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("etc/os-release", BOOKWORM)
        self.put("proc/device-tree/model", "Raspberry Pi Zero 2 W Rev 1.0\0")
        for name in ("opt", "run/systemd/system", "bin"):
            (folder / name).mkdir(parents=True)
        self.program("dpkg", "echo arm64")
        self.program("dpkg-query", "\n".join(f"echo '{name} installed'" for name in APT))
        self.program("df", "printf ' Avail\\n  5000\\n'")
        self.program("systemctl", "exit 3")
        self.program("python3", "echo imx219")
        self.program("apt-get", f'echo "$@" >>{folder}/apt')

    def put(self, path: str, text: str = "") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def program(self, name: str, script: str) -> None:
        self.put(f"bin/{name}", f"#!/bin/sh\n{script}\n")
        (self.folder / "bin" / name).chmod(0o755)

    def asked_of_apt(self) -> list[str]:
        file = self.folder / "apt"
        return file.read_text().splitlines() if file.exists() else []

    def run(self, what: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run functions of setup.sh."""
        parts = "".join(f". scripts/setup/{part}.sh; " for part in ("say", "machine", "release", "system"))
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{parts} usage() {{ :; }}; {what}"],
            cwd=ROOT,
            env={
                "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "SMART_SELFIE_MACHINE": str(self.folder),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def refuses(self, what: str = "check_machine; apt_packages; check_camera", **environment: str) -> str:
        """What it says when it refuses; nothing may have been installed."""
        done = self.run(what, **environment)
        assert done.returncode == 1, done
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert not list((self.folder / "opt").iterdir())
        return done.stderr


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE])
@pytest.mark.parametrize("board", ["Raspberry Pi 3 Model B Plus", "Raspberry Pi 4 Model B", "Raspberry Pi 5"])
def test_the_boards_and_systems_it_is_for_are_accepted(pi: Pi, system: str, board: str) -> None:
    pi.put("etc/os-release", system)
    pi.put("proc/device-tree/model", board + "\0")
    done = pi.run("check_machine; apt_packages; check_camera")
    assert (done.returncode, done.stderr) == (0, "")
    assert pi.asked_of_apt() == []


@pytest.mark.parametrize(
    ("release", "told"),
    [
        ("ID=ubuntu\nVERSION_CODENAME=noble\n", "ubuntu noble, not Raspberry Pi OS Bookworm or Trixie"),
        ("ID=debian\nVERSION_CODENAME=bullseye\n", "debian bullseye"),
        ("ID=raspbian\nVERSION_CODENAME=bookworm\n", "32-bit Raspberry Pi OS"),
        ("", "an unknown system"),
    ],
)
def test_another_system_is_reported_and_offered_the_demo(pi: Pi, release: str, told: str) -> None:
    pi.put("etc/os-release", release)
    said = pi.refuses()
    assert told in said
    assert "scripts/demo" in said


@pytest.mark.parametrize("model", [None, "ODROID-N2\0"])
def test_another_machine_is_refused_and_offered_the_demo(pi: Pi, model: str | None) -> None:
    (pi.folder / "proc/device-tree/model").unlink()
    if model:
        pi.put("proc/device-tree/model", model)
    said = pi.refuses()
    assert "not a Raspberry Pi" in said
    assert "scripts/demo" in said


def test_32_bit_programs_under_a_64_bit_kernel_are_reported(pi: Pi) -> None:
    pi.program("dpkg", "echo armhf")
    assert "64-bit" in pi.refuses()


def test_a_full_card_is_reported_with_how_much_is_needed(pi: Pi) -> None:
    pi.program("df", "printf ' Avail\\n   300\\n'")
    assert "300 MB are free on the card, 900 MB are needed" in pi.refuses()


def test_a_machine_without_systemd_is_reported(pi: Pi) -> None:
    (pi.folder / "run/systemd/system").rmdir()
    assert "systemd" in pi.refuses()


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE])
def test_what_is_missing_comes_from_apt_numpy_too(pi: Pi, system: str) -> None:
    pi.put("etc/os-release", system)
    pi.program("dpkg-query", "echo 'python3 installed'; echo 'python3-numpy config-files'")
    assert pi.run("apt_packages").returncode == 0
    update, install = pi.asked_of_apt()
    assert update.endswith("update")
    assert install.split()[-len(APT) + 1 :] == APT[1:]


def test_no_network_for_apt_is_reported_and_nothing_was_changed(pi: Pi) -> None:
    pi.program("dpkg-query", "echo 'python3 installed'")
    pi.program("apt-get", "exit 100")
    assert "Check the network; nothing was changed" in pi.refuses()


def test_offline_says_which_packages_of_apt_are_missing(pi: Pi) -> None:
    pi.program("dpkg-query", "echo 'python3 installed'")
    said = pi.refuses(SMART_SELFIE_BUNDLE="/bundle")
    assert "python3-picamera2 python3-lgpio" in said
    assert pi.asked_of_apt() == []


def test_no_camera_is_reported_before_anything_is_installed(pi: Pi) -> None:
    pi.program("python3", "echo")
    assert "No camera is seen" in pi.refuses()
    pi.put("dev/v4l/by-id/usb-Some_Webcam-video-index0")
    assert pi.run("check_camera").returncode == 0
    (pi.folder / "dev/v4l/by-id/usb-Some_Webcam-video-index0").unlink()
    pi.program("systemctl", "exit 0")  # the appliance runs and holds the camera
    assert pi.run("check_camera").returncode == 0


def test_the_ai_camera_gets_its_firmware_and_others_nothing(pi: Pi) -> None:
    assert pi.run("check_camera").returncode == 0
    assert not (pi.folder / "apt").exists()
    pi.program("python3", "echo 'imx708 imx500'")
    done = pi.run("check_camera")
    assert done.returncode == 0, done.stderr
    assert "imx500-all" in (pi.folder / "apt").read_text()
    assert "sudo reboot, once" in done.stdout
    pi.program("dpkg-query", "echo 'imx500-all installed'")
    (pi.folder / "apt").unlink()
    assert pi.run("check_camera").returncode == 0
    assert not (pi.folder / "apt").exists()


@pytest.mark.parametrize(
    ("target", "label", "told"),
    [("graphical", "PARTY", True), ("graphical", "SELFIES", False), ("multi-user", "PARTY", False)],
)
def test_a_desktop_that_would_take_a_stick_of_another_name_is_reported(
    pi: Pi, target: str, label: str, told: bool
) -> None:
    pi.program("systemctl", f"echo {target}.target")
    pi.put("release/bin/smart-selfie", f"#!/bin/sh\necho {label}\n")
    (pi.folder / "release/bin/smart-selfie").chmod(0o755)
    done = pi.run(f"tell_desktop {pi.folder}/release")
    assert done.returncode == 0, done.stderr
    assert ("mounts a stick called PARTY" in done.stdout) is told


def test_a_picamera2_that_a_foreign_numpy_broke_is_reported_with_the_reason_and_the_way_out(pi: Pi) -> None:
    pi.program("python3", "echo 'Traceback'; echo 'ValueError: numpy.dtype size changed'; exit 1")
    said = pi.refuses()
    assert "numpy.dtype size changed" in said
    assert "pip uninstall" in said


def test_a_second_setup_during_the_first_is_reported(pi: Pi) -> None:
    with (pi.folder / "run/smart-selfie-setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another setup.sh is at work" in pi.refuses("only_one_setup")
    assert pi.run("only_one_setup").returncode == 0


@pytest.fixture
def real_python(pi: Pi) -> None:
    """The Python that runs this, which can make virtual environments."""
    (pi.folder / "bin/python3").unlink()
    python = Path(shutil.which("python3", path=os.environ["PATH"]) or "/usr/bin/python3").resolve()
    (pi.folder / "bin/python3").symlink_to(python)


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


@pytest.mark.parametrize("arguments", [["--offline"], ["--offline", "/nowhere"], ["--fast"]], ids=" ".join)
def test_bad_usage_is_reported_with_the_usage(arguments: list[str]) -> None:
    done = subprocess.run([ROOT / "setup.sh", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--uninstall" in done.stderr


def test_an_edited_file_is_kept_beside_the_new_one_and_one_no_longer_shipped_goes(
    pi: Pi, tmp_path: Path
) -> None:
    """The files that setup.sh puts into the system, in a system that is a folder."""
    files = tmp_path / "system"
    new, old = tmp_path / "new", tmp_path / "old"
    for folder in (new, old):
        (folder / "systemd").mkdir(parents=True)
    places = f"SHIPPED={files}/shipped UNITS={files}/units CONFIG={files}/config.yaml"
    listing = 'destinations() { for f in "$1"/systemd/*; do echo "$f $UNITS/$(basename "$f")"; done; }'
    install = 'install() { while read -r s t; do put "$s" "$t"; done < <(destinations "$1"); retire "$1"; }'
    for name in ("kept.service", "edited.service", "gone.service", "gone-edited.service"):
        (old / "systemd" / name).write_text("old")
    for name in ("kept.service", "edited.service"):
        (new / "systemd" / name).write_text("new")
    done = pi.run(f"{places}; {listing}; {install}; install {old}")
    assert done.returncode == 0, done.stderr
    for name in ("edited.service", "gone-edited.service"):
        (files / "units" / name).write_text("mine")
    done = pi.run(f"{places}; {listing}; {install}; install {new}")
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_text() for path in (files / "units").iterdir()} == {
        "kept.service": "new",
        "edited.service": "new",
        "edited.service.edited": "mine",
        "gone-edited.service.edited": "mine",
    }
    assert "your version is kept" in done.stdout


class Settings:
    """The settings' folder, where the live page may write too, and root's file and folder elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "etc"
        self.config = self.folder / "config.yaml"
        self.shipped = folder / "shipped"
        self.victim = folder / "program"
        self.elsewhere = folder / "elsewhere"
        self.release = folder / "release"
        for made in (self.folder, self.elsewhere, self.release / "share", self.release / "bin"):
            made.mkdir(parents=True)
        (self.release / "share/config.yaml").write_text("rule: {}  # of this version\n")
        self.victim.write_text("root's own\n")
        self.victim.chmod(0o640)

    @property
    def places(self) -> str:
        return f"SHIPPED={self.shipped} CONFIG={self.config}"

    def installed(self, text: str) -> None:
        """As an earlier version has left it, and somebody may have edited since."""
        shipped = Path(f"{self.shipped}{self.config}")
        shipped.parent.mkdir(parents=True)
        shipped.write_text("rule: {}  # of an earlier version\n")
        self.config.write_text(text or shipped.read_text())

    def checks_with(self, script: str) -> None:
        program = self.release / "bin/smart-selfie"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def unhurt(self) -> bool:
        """Whether nothing outside the folder has been touched."""
        same = self.victim.read_text() == "root's own\n" and self.victim.stat().st_mode & 0o7777 == 0o640
        return same and not list(self.elsewhere.iterdir())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings")


@pytest.mark.parametrize("edited", ["", "mine: 1\n"], ids=["as shipped", "edited"])
@pytest.mark.parametrize("target", ["victim", "elsewhere"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("program", ["cmp", "cp", "dd", "find", "install", "mv", "rm", "sed", "sync"])
def test_links_that_appear_among_the_settings_at_any_moment_lead_root_nowhere(
    pi: Pi, settings: Settings, program: str, when: str, target: str, edited: str
) -> None:
    """A taken-over page, as fast as can be: it acts beside each program that setup.sh runs."""
    settings.installed(edited)
    settings.checks_with("cat $2")
    link = settings.elsewhere if target == "elsewhere" else settings.victim
    pi.put("evil.yaml", "evil: 1\n")
    names = "config.yaml.edited config.yaml.default config.yaml.part"
    attack = (
        f"for name in {names}; do /bin/ln -sfn {link} {settings.folder}/$name; done\n"
        f"/bin/cp {pi.folder}/evil.yaml {settings.folder}/mine\n"
        f"/bin/mv -fT {settings.folder}/mine {settings.config}\n"
    )
    run = f'/bin/{program} "$@"; code=$?\n'
    pi.program(program, (attack + run if when == "before" else run + attack) + "exit $code")
    done = pi.run(f"{settings.places}; check_config {settings.release}; install_config {settings.release}")
    assert done.returncode in (0, 1), done
    assert settings.unhurt(), done
    pi.program(program, f'/bin/ln -sfn {link} {settings.config}\nexec /bin/{program} "$@"')
    pi.run(f"{settings.places}; install_config {settings.release}")
    pi.run(f"{settings.places}; retire")
    assert settings.unhurt()


@pytest.mark.parametrize("name", ["config.yaml", "config.yaml.edited", "config.yaml.part", "backup"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_what_is_not_a_file_among_the_settings_is_refused_in_words(
    pi: Pi, settings: Settings, name: str, kind: str
) -> None:
    settings.installed("")
    odd = settings.folder / name
    odd.unlink(missing_ok=True)
    match kind:
        case "link":
            odd.symlink_to(settings.victim)
        case "dangling link":
            odd.symlink_to("nowhere")
        case "folder":
            odd.mkdir()
        case "pipe":
            os.mkfifo(odd)
    done = pi.run(f"{settings.places}; check_config {settings.release}; install_config {settings.release}")
    assert done.returncode == 1
    (told,) = done.stderr.splitlines()
    assert f"{odd} is not a regular file" in told
    assert "move it elsewhere" in told


def test_settings_that_nobody_edited_are_replaced_by_those_of_the_new_version(
    pi: Pi, settings: Settings
) -> None:
    settings.installed("")
    (settings.folder / "config.yaml.part").write_text("left by a power cut")
    (settings.folder / "config.yaml.default").write_text("left by an earlier version")
    run = f"{settings.places}; check_config {settings.release}; install_config {settings.release}"
    for _ in range(2):
        done = pi.run(run)
        assert (done.returncode, done.stderr) == (0, "")
        assert settings.config.read_text() == "rule: {}  # of this version\n"
        assert [path.name for path in settings.folder.iterdir()] == ["config.yaml"]
    assert settings.config.stat().st_mode & 0o777 == 0o644


def test_edited_settings_stay_and_the_place_of_all_settings_is_reported(pi: Pi, settings: Settings) -> None:
    settings.installed("mine: 1\n")
    settings.checks_with("exit 0")
    done = pi.run(f"{settings.places}; check_config {settings.release}; install_config {settings.release}")
    assert (done.returncode, done.stderr) == (0, "")
    assert settings.config.read_text() == "mine: 1\n"
    assert [path.name for path in settings.folder.iterdir()] == ["config.yaml"]
    assert f"{pi.folder}/opt/smart-selfie/current/share/config.yaml" in done.stdout


def test_a_mistake_in_edited_settings_is_reported_with_the_file_and_its_overrides_are_looked_at(
    pi: Pi, settings: Settings
) -> None:
    settings.installed("mine: 1\n")
    (settings.folder / "config.override.yaml").write_text("more: 1\n")
    settings.checks_with('cat "${2%.yaml}.override.yaml"; echo "$2, line 1: no such section" >&2; exit 1')
    done = pi.run(f"{settings.places}; check_config {settings.release}")
    assert done.returncode == 1
    assert "more: 1" in done.stdout
    assert f"{settings.config}, line 1: no such section" in done.stdout + done.stderr
    assert f"cannot use your {settings.config}" in done.stderr
