"""Requests and answers that several resources share: bounded JSON bodies, numbers, downloads."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0


async def json_body(request: Request, max_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Return the body, a JSON object, bounded in size and time. Raises HTTPException."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send JSON")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > max_bytes:
                    raise HTTPException(413, "The request is too large")
    except TimeoutError:
        raise HTTPException(408, "The request came too slowly", {"Connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The request is not JSON") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "Send a JSON object")
    return value


def query_number(request: Request, name: str, default: float) -> float:
    """Return the number ``name`` of the address's query. Raises HTTPException."""
    try:
        value = float(request.query_params.get(name, default))
    except ValueError:
        raise HTTPException(400, f"{name} must be a number") from None
    if not abs(value) < 1e15:
        raise HTTPException(400, f"{name} is out of range")
    return value


def too_many(wait: float) -> Response:
    """Return the refusal of an attempt that comes too early; the next may come in ``wait`` seconds."""
    error = f"Too many attempts. Wait {wait:.0f} seconds"
    return JSONResponse({"error": error, "wait": round(wait)}, 429, {"Retry-After": str(round(wait))})


def command_answer(answer: dict[str, Any], *fields: str) -> Response:
    """Return what the appliance answered to a command, for the browser; of its fields, ``fields``."""
    if answer.get("ok"):
        return JSONResponse({name: answer.get(name) for name in fields})
    return JSONResponse({"error": answer.get("error", "The appliance refused")}, 409)


def download(pieces: Iterator[bytes] | Iterator[str], name: str, media_type: str) -> Response:
    """Return ``pieces`` as a file that the browser saves as ``name``."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(iterate_in_threadpool(pieces), 200, headers, media_type)


def qr_code(address: str) -> Response:
    """Return ``address`` as a QR code, a picture."""
    import segno  # noqa: PLC0415  (imported only when a code is asked for: it costs memory)

    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=2, dark="#111", light="#fff", omitsize=True)
    return Response('<?xml version="1.0"?>' + _namespaced(svg), media_type="image/svg+xml")


def _namespaced(svg: str) -> str:
    return svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
