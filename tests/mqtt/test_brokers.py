"""Connections to real brokers: encrypted, with passwords and certificates, and those that refuse."""

import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support.broker import Broker, Listener, bridge, free_port, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, certificates of the broker (localhost) and the appliance, and a stranger's authority."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make certificates")
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    for authority in ("authority", "stranger"):
        openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={authority}"),
            *("-keyout", f"{authority}.key", "-out", f"{authority}.pem"),
        )
    for name in ("localhost", "barn"):
        openssl(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        )
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}\n")
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key"),
            *("-CAcreateserial", "-days", "30", "-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def trusting(certificates: Path) -> ssl.SSLContext:
    """Return a context that takes the test's authority, as ``openssl req`` makes it."""
    context = ssl.create_default_context(cafile=str(certificates / "authority.pem"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def configured(folder: Path, port: int, *lines: str) -> Path:
    """Write a configuration; ``lines`` of the section mqtt stand in place of those with the same key."""
    settings = {"enabled": "true", "host": "localhost", "port": str(port)}
    settings |= dict(line.split(": ", 1) for line in lines)
    path = folder / "config.yaml"
    text = "".join(f"  {key}: {value}\n" for key, value in settings.items())
    path.write_text(f"web:\n  socket: {folder}/feed.sock\nmqtt:\n{text}")
    return path


def test_an_encrypted_broker_with_users_admits_it_by_password(tmp_path: Path, certificates: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "barn", "söb3r #1"], check=True)
    passwords.chmod(0o644)
    tls = (
        f"cafile {certificates}/authority.pem",
        f"certfile {certificates}/localhost.pem",
        f"keyfile {certificates}/localhost.key",
    )
    broker = Broker(folder=tmp_path, settings=(*tls, "allow_anonymous false", f"password_file {passwords}"))
    broker.start()
    secret = ("tls: true", f"ca_file: {certificates}/authority.pem", "username: barn")
    listener = Listener(broker.port, ("barn", "söb3r #1"), trusting(certificates))
    try:
        with bridge(configured(tmp_path, broker.port, *secret, "password: 'söb3r #1'"), tmp_path / "good"):
            listener.until("/bridge", lambda data: data == b"online")
        for lines, told in (
            ((*secret, "password: wrong"), "mqtt.username and mqtt.password"),
            (("tls: true", f"ca_file: {certificates}/stranger.pem"), "its certificate is not trusted"),
            ((), "Trying again"),
        ):
            log = tmp_path / "bad"
            log.write_text("")
            with bridge(configured(tmp_path, broker.port, *lines), log):
                wait_until(lambda log=log, told=told: told in log.read_text(), told)  # type: ignore[misc]
            assert "Traceback" not in log.read_text()
            assert "wrong" not in log.read_text(), "a password is never logged"
    finally:
        listener.close()
        broker.stop()


def test_a_broker_that_knows_its_clients_by_certificate_admits_it(tmp_path: Path, certificates: Path) -> None:
    broker = Broker(
        folder=tmp_path,
        settings=(
            f"cafile {certificates}/authority.pem",
            f"certfile {certificates}/localhost.pem",
            f"keyfile {certificates}/localhost.key",
            "require_certificate true",
            "use_identity_as_username true",
        ),
    )
    broker.start()
    own = trusting(certificates)
    own.load_cert_chain(certificates / "barn.pem", certificates / "barn.key")
    listener = Listener(broker.port, tls=own)
    lines = ("tls: true", f"ca_file: {certificates}/authority.pem")
    mine = (f"certificate: {certificates}/barn.pem", f"key: {certificates}/barn.key")
    try:
        with bridge(configured(tmp_path, broker.port, *lines, *mine), tmp_path / "log"):
            listener.until("/bridge", lambda data: data == b"online")
    finally:
        listener.close()
        broker.stop()


def test_files_that_cannot_be_used_end_it_with_their_names(tmp_path: Path, certificates: Path) -> None:
    for lines, told in (
        (("tls: true", "ca_file: /nowhere.pem"), "mqtt.ca_file: /nowhere.pem cannot be used"),
        (("tls: true", f"ca_file: {__file__}"), "mqtt.ca_file"),
        (
            ("tls: true", f"certificate: {certificates}/barn.pem", f"key: {certificates}/stranger.key"),
            "mqtt.certificate",
        ),
    ):
        log = tmp_path / "log"
        log.write_text("")
        with bridge(configured(tmp_path, 1, *lines), log) as process:
            assert process.wait(30) == 1
        assert told in log.read_text()
        assert "Traceback" not in log.read_text()


def test_nobody_there_a_silent_one_and_a_liar_are_told_once_each(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with bridge(configured(tmp_path, free_port()), log):
        wait_until(lambda: "nothing listens there" in log.read_text(), "nobody there")
    assert log.read_text().count("Trying again") == 1
    with bridge(configured(tmp_path, 1883, "host: no-such-broker.invalid"), log):
        wait_until(lambda: "its name is not known; see mqtt.host" in log.read_text(), "no such name")
    lies = (
        b"HTTP/1.0 400 Bad Request\r\n\r\n" * 1000,
        b"\x20\x02\x00\x01",
        b"\xff" * 5000,
        b"\x30\xff\xff\xff\x7f",
    )
    for answer in lies:
        log.write_text("")
        with socket.create_server(("127.0.0.1", 0)) as liar:
            told = threading.Thread(target=lie, args=(liar, answer), daemon=True)
            told.start()
            with bridge(configured(tmp_path, liar.getsockname()[1]), log) as process:
                wait_until(lambda: "Trying again" in log.read_text(), f"the liar that says {answer[:8]!r}")
                assert process.poll() is None
        assert "Traceback" not in log.read_text()


def lie(server: socket.socket, answer: bytes) -> None:
    """Accept a connection and answer whatever comes with ``answer``."""
    server.settimeout(30)
    try:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(answer)
            connection.recv(4096)
    except OSError:
        pass


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("host: ''",), "mqtt.host = '': is missing"),
        (("certificate: /x.pem",), "mqtt.key: is missing"),
        (("password: geheim",), "mqtt.username: is missing"),
        (("topic: a/#",), "mqtt.topic"),
        (("port: 70000",), "mqtt.port"),
        (("host: 'mqtt://broker.example'",), "mqtt.host"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_their_line(
    tmp_path: Path, lines: tuple[str, ...], told: str
) -> None:
    path = configured(tmp_path, 1883, *lines)
    with bridge(path, tmp_path / "log") as process:
        assert process.wait(30) == 2
    lines_told = (tmp_path / "log").read_text()
    assert told in lines_told
    assert "geheim" not in lines_told
