"""One WebSocket: what it asks for, whether it may, and what it is told.

The client sends `{"subscribe": "board"}`, `{"subscribe": "request", "request_id": …}`, or
`unsubscribe` with the same. It is told `{"type": "board", …}`, `{"type": "request", …}` and
`{"type": "problem", …}`, and by the close code why it ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from web.live.frames import Frames
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.live.streams import Streams
from web.principal import Principal
from web.problem import Problem

MOST_REQUESTS = 50
"""Requests that one connection may watch."""
_LONGEST_MESSAGE = 2_000
_PROVED = 60.0
"""Seconds after which it is proved again who they are: a token may have expired."""

GOING_AWAY = 1012
PROTOCOL = 1008
TRY_LATER = 1013
NOT_PROVED = 4401
NOT_ALLOWED = 4403

Follow = Callable[[str, Principal, Mailbox], AsyncIterator[dict[str, object]]]
"""Looks a request up and tells how far it has come, then each step; raises Problem."""
Begin = Callable[[str | None], Awaitable[None]]
"""Gives the board of a tenant something to show, if it shows nothing yet."""
Prove = Callable[[WebSocket], Awaitable[Principal]]


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    subscribe: str | None = None
    unsubscribe: str | None = None
    request_id: str | None = None


class Socket:
    """One connection, from its acceptance to its end."""

    def __init__(
        self,
        socket: WebSocket,
        prove: Prove,
        hub: Hub,
        streams: Streams,
        frames: Frames,
        follow: Follow,
        begin: Begin,
    ) -> None:
        self._socket = socket
        self._prove = prove
        self._hub = hub
        self._streams = streams
        self._frames = frames
        self._follow = follow
        self._begin = begin
        self._outbox = Mailbox(most=MOST_REQUESTS + 14)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._board: ExitStack | None = None

    async def serve(self) -> None:
        """Everything, until one side ends it."""
        if not same_origin(self._socket):
            await self._socket.close(NOT_ALLOWED)
            return
        with ExitStack() as held:
            try:
                held.enter_context(self._streams.opened(await self._reader()))
            except Problem as problem:
                # Browsers are told no status of a refused handshake, but they are told close codes.
                await self._socket.accept()
                await self._socket.close(_code(problem))
                return
            await self._socket.accept()
            held.enter_context(self._hub.open(self._outbox))
            await self._until_ended()

    async def _until_ended(self) -> None:
        parts = [
            asyncio.create_task(each)
            for each in (self._listen(), self._speak(), self._prove_again())
        ]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            code = next((task.result() for task in done if not task.exception()), None)
            if code is not None and self._socket.client_state == WebSocketState.CONNECTED:
                await self._socket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            for task in (*parts, *self._tasks.values()):
                task.cancel()
            await asyncio.gather(*parts, *self._tasks.values(), return_exceptions=True)
            self._leave_board()

    async def _reader(self) -> Principal:
        who = await self._prove(self._socket)
        if not who.may("read"):
            raise Problem(403, "scope", "Not allowed", "This needs the scope “read”.")
        return who

    async def _prove_again(self) -> int:
        while True:
            await asyncio.sleep(_PROVED)
            try:
                await self._reader()
            except Problem as problem:
                return _code(problem)

    async def _listen(self) -> int:
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return 1000
            if len(text) > _LONGEST_MESSAGE or self._outbox.full:
                # What is asked for and not read would wait in memory.
                return PROTOCOL
            try:
                await self._asked(msgspec.json.decode(text, type=_Asked))
            except msgspec.MsgspecError:
                self._refuse("message", "This is no message: see the documentation of /live.")
            except Problem as problem:
                if problem.status == 401:
                    return NOT_PROVED
                self._refuse(problem.kind, str(problem))

    async def _asked(self, asked: _Asked) -> None:
        # Rights are those of now, not of when the connection began.
        who = await self._reader()
        match asked:
            case _Asked(subscribe="board"):
                self._leave_board()
                await self._begin(who.tenant)
                self._board = ExitStack()
                whole = who.tenant is None or who.may("admin")
                self._board.enter_context(self._frames.watching((who.tenant, whole), self._outbox))
            case _Asked(unsubscribe="board"):
                self._leave_board()
            case _Asked(subscribe="request", request_id=str(request_id)):
                if request_id in self._tasks:
                    return
                if len(self._tasks) >= MOST_REQUESTS:
                    self._refuse("too-many", f"One connection watches {MOST_REQUESTS} requests.")
                    return
                self._tasks[request_id] = asyncio.create_task(self._request(request_id, who))
            case _Asked(unsubscribe="request", request_id=str(request_id)):
                task = self._tasks.pop(request_id, None)
                if task is not None:
                    task.cancel()
            case _:
                self._refuse("message", "Subscribe to “board”, or to “request” with a request_id.")

    async def _request(self, request_id: str, who: Principal) -> None:
        box = Mailbox()
        try:
            async for told in self._follow(request_id, who, box):
                text = msgspec.json.encode({"type": "request", **told}).decode()
                self._outbox.put(request_id, text)
        except Problem as problem:
            self._refuse(problem.kind, str(problem), request_id)
        finally:
            self._tasks.pop(request_id, None)

    async def _speak(self) -> int:
        while True:
            news = await self._outbox.next(60.0)
            if news is None:
                if self._outbox.closed:
                    return GOING_AWAY
                continue
            text, skipped = news
            if skipped:
                await self._socket.send_text(f'{{"type":"skipped","count":{skipped}}}')
            await self._socket.send_text(text)

    def _refuse(self, kind: str, detail: str, request_id: str | None = None) -> None:
        told = {"type": "problem", "kind": kind, "detail": detail, "request_id": request_id}
        # Of one kind, whatever they name: clients would choose how many kinds there are.
        self._outbox.put("problem", msgspec.json.encode(told).decode())

    def _leave_board(self) -> None:
        if self._board is not None:
            self._board.close()
            self._board = None


def _code(problem: Problem) -> int:
    """Why a connection is closed: for good, or, when too much is asked for, until later."""
    return {401: NOT_PROVED, 403: NOT_ALLOWED}.get(problem.status, TRY_LATER)


def same_origin(socket: WebSocket) -> bool:
    """Whether it comes from a page of ours, or from no page at all.

    Browsers send cookies with a WebSocket of any page; only its origin tells them apart.
    """
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
