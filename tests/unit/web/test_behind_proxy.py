"""The page behind a proxy as docs/page.md has it: login, Secure cookie, QR code, live view, guests."""

import functools
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets.sync.client as websockets
from websockets.typing import Origin

from tests.support.page_server import Page, serving
from tests.support.passwords import HASHED, PASSWORD

DOCS = Path(__file__).parents[3] / "docs" / "page.md"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
NAME = "selfie.example"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def snippet(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def wait_for(port: int, program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        assert program.poll() is None
        assert time.monotonic() < deadline
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Page, int]]:
    """The page, and the port of nginx with the snippet of the docs in front of it."""
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("needs nginx and openssl; on Debian: apt install nginx-light openssl")
    outside = free_port()
    key, certificate = tmp_path / "selfie.key", tmp_path / "selfie.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with serving(tmp_path, password=HASHED, extra=f"  url: https://{NAME}:{outside}\n") as page:
        server = (
            snippet("nginx")
            .replace("listen 443 ssl;", f"listen 127.0.0.1:{outside} ssl;")
            .replace("/etc/ssl/selfie.pem", str(certificate))
            .replace("/etc/ssl/selfie.key", str(key))
            .replace("127.0.0.1:8080", f"127.0.0.1:{page.port}")
        )
        config = tmp_path / "nginx.conf"
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config.write_text(
            f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/errors;"
            f"events {{ }}\nhttp {{ access_log off; {temporary}\n{server}\n}}\n"
        )
        nginx = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(config)])
        try:
            wait_for(outside, nginx)
            yield page, outside
        finally:
            nginx.terminate()
            nginx.wait(10)


def trusting() -> ssl.SSLContext:
    """Return a context that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def ask_proxy(outside: int, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    """Return status, cookie and body of the proxy's answer; ``outside`` is its port."""
    sent = {"Host": f"{NAME}:{outside}", "Origin": f"https://{NAME}:{outside}", **headers}
    if body is not None:
        sent["Content-Type"] = "application/json"
    request = urllib.request.Request(f"https://127.0.0.1:{outside}{path}", body, sent)
    try:
        with urllib.request.urlopen(request, timeout=20, context=trusting()) as answer:
            return answer.status, answer.headers.get("set-cookie", ""), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read()


@pytest.mark.slow
def test_behind_nginx_as_documented(proxied: tuple[Page, int]) -> None:
    page, outside = proxied
    ask, origin = functools.partial(ask_proxy, outside), f"https://{NAME}:{outside}"
    assert ask("/static/app.js")[0] == 200  # module scripts carry an Origin
    status, cookie, _ = ask("/api/login", b'{"password": "%s"}' % PASSWORD.encode())
    assert status == 200
    assert "secure" in cookie.lower()
    cookie = cookie.partition(";")[0]
    assert ask("/api/photos", Cookie=cookie)[0] == 200
    direct = {"Host": f"{NAME}:{outside}", "Cookie": cookie}
    shown = ask("/qr.svg", Cookie=cookie)[2]
    assert shown == page.ask(f"/qr.svg?origin={origin}", headers=direct | {"Host": NAME}).body
    assert shown != page.ask("/qr.svg", headers={"Cookie": cookie, "Host": f"192.168.1.7:{page.port}"}).body
    with websockets.connect(
        f"wss://{NAME}:{outside}/live",
        sock=socket.create_connection(("127.0.0.1", outside), 10),
        ssl=trusting(),
        server_hostname=NAME,
        origin=Origin(origin),
        additional_headers={"Cookie": cookie},
        compression=None,
    ) as live:
        assert b"kind" in str(live.recv(timeout=10)).encode()
    # What a client makes up about itself is overwritten by the proxy: it cannot have a bucket a try.
    guesses = [
        ask("/api/login", b'{"password": "guess"}', **{"X-Forwarded-For": f"203.0.113.{number}"})[0]
        for number in range(8)
    ]
    assert guesses[-1] == 429
