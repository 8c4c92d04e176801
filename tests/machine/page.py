"""Asks the live page of an installed machine, from inside: page.py healthz|work|locked. Exit 0: all well."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

PAGE = "http://127.0.0.1:8080"
PASSWORD = "everybody smiles"


def ask(path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    headers |= {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(PAGE + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 0, str(error).encode()


def until(question: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end
        time.sleep(0.5)


def healthz() -> None:
    until(lambda: ask("/healthz")[0] == 200)


def work() -> None:
    proof = json.loads(ask("/api/session")[1])["proof"]

    def get(path: str) -> Any:
        status, answer = ask(path)
        assert status == 200, (path, status, answer)
        return json.loads(answer)

    def change(path: str, method: str, body: object = None) -> Any:
        status, answer = ask(path, method, body if body is not None else {}, **{"X-Page-Proof": proof})
        assert status == 200, (path, status, answer)
        return json.loads(answer)

    before = get("/api/photos")["total"]
    change("/api/do/shoot", "POST")
    until(lambda: get("/api/photos")["total"] > before)
    name = get("/api/photos")["days"][0]["photos"][0]["name"]
    for path in (f"/photos/{name}", f"/thumbnails/{name}"):
        status, data = ask(path)
        assert (status, data[:2]) == (200, b"\xff\xd8"), path
    change(f"/photos/{name}", "DELETE")
    assert ask(f"/photos/{name}")[0] == 404

    def in_force(key: str) -> Any:
        return get("/api/health")["appliance"]["rule"][key]

    change("/api/settings", "PUT", {"rule.sensitivity": "slight"})
    until(lambda: in_force("sensitivity") == "slight")
    change("/api/settings/undo", "POST")
    until(lambda: in_force("sensitivity") == "normal")
    change("/api/settings", "PUT", {"rule.cooldown_seconds": 1.25})
    until(lambda: in_force("cooldown_seconds") == 1.25)
    assert b"smart_selfie_up 1" in ask("/metrics")[1]


def locked() -> None:
    healthz()
    assert ask("/api/photos")[0] == 401
    assert ask("/api/login", "POST", {"password": "something else"})[0] == 403
    assert ask("/api/login", "POST", {"password": PASSWORD})[0] == 200


if __name__ == "__main__":
    {"healthz": healthz, "work": work, "locked": locked}[sys.argv[1]]()
