"""setup.sh and the files in the settings' folder, where the live page may write too."""

import os
from pathlib import Path

import pytest

from tests.support.setup_machine import Pi


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
