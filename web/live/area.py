"""`/live`: the WebSocket of boards and requests, and what runs for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from fastapi import APIRouter, Request, WebSocket
from fastapi.responses import HTMLResponse

from web.live.frames import Frames
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.live.socket import TRY_LATER, Begin, Follow, Socket
from web.live.streams import Streams
from web.pages.rendering import Pages
from web.principal import Principal, Reader
from web.problem import Problem

_NOT_FOUND = 404


class Runs(Protocol):
    """What follows the topics."""

    def start(self) -> None:
        """Begin."""

    def close(self) -> None:
        """Stop."""


class LiveArea:
    """Live, for those who may read."""

    def __init__(
        self,
        hub: Hub,
        streams: Streams,
        frames: Frames,
        feed: Runs,
        follow: Follow,
        begin: Begin,
        pages: Pages,
    ) -> None:
        self._hub = hub
        self._streams = streams
        self._frames = frames
        self._feed = feed
        self._follow = follow
        self._begin = begin
        self._pages = pages
        self.router = APIRouter()
        self.router.add_api_websocket_route("/live", self._live)
        self.router.add_api_route("/board", self._page, methods=["GET"], include_in_schema=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The feed, and the frames."""
        self._hub.begin()
        self._feed.start()
        tasks = [asyncio.create_task(self._frames.make()), asyncio.create_task(self._frames.look())]
        try:
            yield
        finally:
            self._hub.end()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(self._feed.close)

    async def _page(self, who: Reader, request: Request) -> HTMLResponse:
        return self._pages.page(request, "live/board.html", who=who)

    async def _live(self, socket: WebSocket) -> None:
        if self._hub.ending:
            await socket.close(TRY_LATER)
            return

        async def prove(connection: WebSocket) -> Principal:
            found: Principal = await connection.app.state.access(connection)
            return found

        async def follow(
            request_id: str, who: Principal, box: Mailbox
        ) -> AsyncIterator[dict[str, object]]:
            try:
                async for each in self._follow(request_id, who, box):
                    yield each
            except Problem as problem:
                if problem.status == _NOT_FOUND:
                    await socket.app.state.not_there(request_id, socket)
                raise

        parts = (self._hub, self._streams, self._frames, follow, self._begin)
        await Socket(socket, prove, *parts).serve()
