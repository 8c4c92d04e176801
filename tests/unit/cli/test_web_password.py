"""``smart-selfie web-password``: what it says of files and passwords it cannot use."""

import io
import os
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.config import load_config
from appliance.errors import ConfigError
from appliance.web.passwords import matches


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.web.passwords.LOG_N", 4)  # what guessing costs is beside the point


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("# Grüße\n# für uns\n".encode("latin-1"), ", line 1", "is not UTF-8 text"),
        ("rule:\n  mode: button\n".encode("utf-16"), ", line 1", "is not UTF-8 text"),
        (b"rule:\n  who: " + b"[" * 5000, ", line 2", "nested too deeply"),
        (
            b"rule:\n  mode: button\n\n  new_scene: !!bool foo\n",
            ", line 4",
            "holds a value that cannot be read",
        ),
        (b"rule:\n  mode: 2026-99-99\n", ", line 2", "is read as a date"),
        (b"rule: [\n", ", line 2", "is not YAML"),
        (b"rule:\n  a: &a [x]\n  b: *a\n", ", line 3", "anchors and merges are not supported"),
        (b"web: 5\n", ", line 1", "must be a section"),
        (b"#" * 300_000, "", "is larger than 256 kB"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, typed: None, capsys: pytest.CaptureFixture[str], content: bytes, line: str, reason: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    assert main(["web-password", "--config", str(path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"smart-selfie: {path}{line}: ")
    assert reason in told
    assert told.count("\n") == 1
    assert path.read_bytes() == content


def test_a_file_that_is_not_there_is_reported(
    tmp_path: Path, typed: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["web-password", "--config", "nowhere.yaml"]) == 2
    assert "nowhere.yaml: file not found" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("through_a_link", [False, True])
def test_only_a_regular_file_is_written(
    tmp_path: Path, typed: None, capsys: pytest.CaptureFixture[str], through_a_link: bool
) -> None:
    pipe = tmp_path / "config.yaml"
    os.mkfifo(pipe)
    path = pipe
    if through_a_link:
        path = tmp_path / "link.yaml"
        path.symlink_to(pipe)
    assert main(["web-password", "--config", str(path)]) == 2
    assert "is not a regular file" in capsys.readouterr().err
    assert pipe.is_fifo()


def test_a_folder_is_not_a_file(tmp_path: Path, typed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web-password", "--config", str(tmp_path)]) == 2
    assert "is not a regular file" in capsys.readouterr().err


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_password_in_another_encoding_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], errors: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web:\n  enabled: true\n")
    typed = io.TextIOWrapper(io.BytesIO("Sésame ouvre-toi\n".encode("latin-1")), "utf-8", errors)
    monkeypatch.setattr("sys.stdin", typed)
    assert main(["web-password", "--config", str(path)]) == 2
    assert "not UTF-8" in capsys.readouterr().err
    assert path.read_text() == "web:\n  enabled: true\n"


def test_no_password_at_all_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def hung_up(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", hung_up)
    assert main(["web-password", "--print"]) == 2
    assert "No password was given" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["rule: [", "- a\n- b\n", "\tx: 1", "rule: {expression: grumpy}\n"])
def test_a_password_does_not_get_into_a_file_that_is_broken_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert path.read_text() == text


def test_a_password_can_be_set_when_its_lack_is_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web:\n  enabled: true\n  listen: 0.0.0.0\n")
    with pytest.raises(ConfigError, match="needs a password"):
        load_config(path)
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 0
    assert load_config(path).web.listen == "0.0.0.0"


def test_web_password_writes_it_hashed_into_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("# mine\nweb:\n  enabled: true # yes\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame!\n"))
    assert main(["web-password", "--config", str(path)]) == 0
    assert matches("open sesame!", load_config(path).web.password)
    assert "# yes" in path.read_text()
    assert "sesame" not in path.read_text() + capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["web-password", "--config", str(path)]) == 2
