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

from appliance.web import waiting_room
from tests.support.page_server import Page, serving
from tests.support.passwords import HASHED, PASSWORD

DOCS = Path(__file__).parents[3] / "docs" / "page.md"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
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


def nginx(folder: Path, outside: int, inside: int, certificate: Path, key: Path) -> list[str]:
    """Return the command that runs nginx with the snippet of the docs."""
    program = shutil.which("nginx", path=PATH)
    if program is None:
        pytest.skip("needs nginx; on Debian: apt install nginx-light")
    server = (
        snippet("nginx")
        .replace("listen 443 ssl;", f"listen 127.0.0.1:{outside} ssl;")
        .replace("/etc/ssl/selfie.pem", str(certificate))
        .replace("/etc/ssl/selfie.key", str(key))
        .replace("127.0.0.1:8080", f"127.0.0.1:{inside}")
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;"
        f"events {{ }}\nhttp {{ access_log off; {temporary}\n{server}\n}}\n"
    )
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, outside: int, inside: int, certificate: Path, key: Path) -> list[str]:
    """Return the command that runs Caddy with the snippet of the docs, and a certificate at hand."""
    program = shutil.which("caddy", path=PATH)
    if program is None:
        pytest.skip("needs Caddy; on Debian: apt install caddy")
    site = (
        snippet("caddy")
        .replace("selfie.example {", f"{NAME}:{outside} {{\n bind 127.0.0.1\n tls {certificate} {key}")
        .replace("127.0.0.1:8080", f"127.0.0.1:{inside}")
    )
    (folder / "Caddyfile").write_text(
        f"{{\n admin off\n default_sni {NAME}\n auto_https disable_redirects\n"
        f" storage file_system {folder}\n}}\n{site}"
    )
    return [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@pytest.fixture(params=[nginx, caddy])
def proxied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Page, int]]:
    """The page, and the port of the proxy in front of it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    outside = free_port()
    key, certificate = tmp_path / "selfie.key", tmp_path / "selfie.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with serving(tmp_path, password=HASHED, extra=f"  url: https://{NAME}:{outside}\n") as page:
        command = request.param(tmp_path, outside, page.port, certificate, key)
        program = subprocess.Popen(command, env={"HOME": str(tmp_path), "PATH": PATH})
        try:
            wait_for(outside, program)
            yield page, outside
        finally:
            program.terminate()
            program.wait(10)


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
def test_behind_a_proxy_as_documented(proxied: tuple[Page, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_room, "PLACES", 0)
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
