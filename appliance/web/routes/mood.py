"""Expressions over the last minutes, as numbers for the chart and as a table."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from appliance.web.history import History
from appliance.web.routes.http import download, query_number


class MoodRoutes:
    """History of expressions."""

    def __init__(self, history: History) -> None:
        self._history = history

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route("/api/history", self.samples), Route("/history.csv", self.table)]

    async def samples(self, request: Request) -> Response:
        """Answer with the samples after ``since``, seconds of the wall clock."""
        return JSONResponse(self._history.since(query_number(request, "since", 0.0)))

    async def table(self, _: Request) -> Response:
        """Answer with all samples as CSV."""
        return download(self._history.csv(), "expressions.csv", "text/csv; charset=utf-8")
