"""Logging in and out."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from appliance import __version__
from appliance.web.access import COOKIE, COOKIE_SECONDS, LoginLimiter, Sessions
from appliance.web.routes.http import json_body, too_many
from appliance.web.waiting_room import WaitingRoom


class SessionRoutes:
    """One browser's session."""

    def __init__(self, sessions: Sessions, limiter: LoginLimiter) -> None:
        self._sessions = sessions
        self._limiter = limiter
        self._waiting = WaitingRoom()
        self._hashing = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/session", self.session),
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/logout", self.logout, methods=["POST"]),
        ]

    async def session(self, request: Request) -> Response:
        """Answer whether this browser is logged in, and the proof it has to send along with changes."""
        token = request.scope["session"]
        inside = self._sessions.valid(token)
        return JSONResponse(
            {
                "inside": inside,
                "needed": self._sessions.needed,
                "proof": self._sessions.proof(token) if inside else None,
                "version": __version__,
            }
        )

    async def login(self, request: Request) -> Response:
        """Open a session for the right password."""
        password = (await json_body(request)).get("password")
        if not isinstance(password, str) or not self._sessions.needed:
            raise HTTPException(400, "This page has no password")
        address, device = request.scope["address"], self._sessions.device(request.scope["session"])
        wait = self._limiter.take(address, device)
        if not wait:
            return await self._judge(request, password[:1024])
        async with self._waiting.place(address) as waited:
            return await self._judge(request, password[:1024]) if waited else too_many(wait)

    async def _judge(self, request: Request, password: str) -> Response:
        address, device = request.scope["address"], self._sessions.device(request.scope["session"])
        if not await self._matches(password):
            return JSONResponse({"error": "Wrong password"}, 403)
        self._limiter.reset(address, device)
        token = self._sessions.open(device)
        response = JSONResponse({"proof": self._sessions.proof(token)})
        _set_cookie(request, response, token)
        return response

    async def _matches(self, password: str) -> bool:
        if self._sessions.matches_known(password):  # it need not wait for strangers' guesses
            return True
        async with self._hashing:  # one at a time: each takes 8 MB
            return await run_in_threadpool(self._sessions.password_matches, password)

    async def logout(self, request: Request) -> Response:
        """End the session."""
        token = request.scope["session"]
        self._sessions.close(token)
        response = JSONResponse({}, headers={"Clear-Site-Data": '"cache"'})  # photos, on a browser of many
        device = self._sessions.device(token)
        _set_cookie(request, response, self._sessions.device_token(device) if device else "")
        return response


def _set_cookie(request: Request, response: Response, token: str) -> None:
    secure = request.scope["scheme_outside"] == "https"
    age = COOKIE_SECONDS if token else 0
    response.set_cookie(COOKIE, token, age, httponly=True, samesite="strict", secure=secure)
