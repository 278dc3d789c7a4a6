"""Whether the door is open, for whoever restarts or routes to it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import APIRouter, Response


class HealthArea:
    """`/health/live` and `/health/ready`, which need no token and tell no secret."""

    def __init__(self, ready: Mapping[str, Callable[[], str | None]]) -> None:
        """`ready`: by the name of a part, what keeps it from working; None when nothing does."""
        self.router = APIRouter(prefix="/health", include_in_schema=False)
        self.router.add_api_route("/live", self._live)
        self.router.add_api_route("/ready", self._ready)
        self._checks = ready

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    async def _live(self) -> Response:
        return _told(200, {"check": "live", "status": "ok", "reasons": []})

    async def _ready(self) -> Response:
        found = {part: check() for part, check in self._checks.items()}
        reasons = [f"{part}: {reason}" for part, reason in found.items() if reason is not None]
        status = "failed" if reasons else "ok"
        return _told(
            503 if reasons else 200, {"check": "ready", "status": status, "reasons": reasons}
        )


def _told(status: int, body: Any) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
