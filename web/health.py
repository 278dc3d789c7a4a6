"""Whether the door is open, for whoever restarts or routes to it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import APIRouter, Response

WhyNot = Callable[[], str | None]
"""What keeps a part from working; None when nothing does."""


class HealthArea:
    """`/health/live` and `/health/ready`, which need no token and tell no secret."""

    def __init__(self, ready: Mapping[str, WhyNot], beside: Mapping[str, WhyNot] = {}) -> None:
        """By the name of a part, what keeps it from working.

        Without those of `ready` nothing can be done here; without those `beside` a part of the
        requests is refused, which is told, and is no reason to send nobody here any more.
        """
        self.router = APIRouter(prefix="/health", include_in_schema=False)
        self.router.add_api_route("/live", self._live)
        self.router.add_api_route("/ready", self._ready)
        self._ready_parts = ready
        self._beside = beside

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    def look(self) -> tuple[bool, dict[str, Any]]:
        """Whether it is ready, and what is told of that."""
        failed, degraded = _reasons(self._ready_parts), _reasons(self._beside)
        status = "failed" if failed else "degraded" if degraded else "ok"
        return not failed, {"check": "ready", "status": status, "reasons": [*failed, *degraded]}

    async def _live(self) -> Response:
        return _told(200, {"check": "live", "status": "ok", "reasons": []})

    async def _ready(self) -> Response:
        ready, told = self.look()
        return _told(200 if ready else 503, told)


def _reasons(parts: Mapping[str, WhyNot]) -> list[str]:
    found = {part: why_not() for part, why_not in parts.items()}
    return [f"{part}: {reason}" for part, reason in found.items() if reason is not None]


def _told(status: int, body: Any) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
