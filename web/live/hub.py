"""Between the feed and those who watch: how far the latest requests have come, and the boards.

All of it belongs to the event loop; only `from_feed` may be called from elsewhere.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.clock import now
from connectors.live import Told
from operators.progress import Happened, Progress, after, merged
from operators.time import Instant
from web.live.board import Board
from web.live.mailbox import Mailbox

_MOST = 20_000
"""Requests that are remembered, those that are watched not counted."""
_FAILURES = 5
_TENANTS = 1_000
"""Boards that are kept. Further tenants share none: theirs begin when somebody looks."""


class Watched:
    """What is known of a request here."""

    __slots__ = ("boxes", "failures", "progress", "tenant", "upload")

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.tenant: str | None = None
        self.upload: Happened | None = None
        """Its upload, if it was seen."""
        self.failures: deque[Happened] | None = None
        """The latest of its records that could not be used."""
        self.boxes: list[Mailbox] = []


class Hub:
    """Takes what happens, and hands it to those whom it concerns."""

    def __init__(self, clock: Callable[[], Instant] = now) -> None:
        self._clock = clock
        self._since = clock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._requests: dict[str, Watched] = {}
        self._boards: dict[str | None, Board] = {}
        self._arrivals: dict[str, set[asyncio.Event]] = {}
        self._boxes: set[Mailbox] = set()
        self.letters: Counter[str] = Counter()
        """Dead letters by reason, of everybody, since the beginning and of shortly before."""
        self.letters_changed = False
        self.ending = False
        """Whether the process is about to stop."""

    def begin(self) -> None:
        """Belong to the running event loop."""
        self._loop = asyncio.get_running_loop()

    def from_feed(self, told: Told) -> None:
        """What the feed tells, in a thread of its own."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.take, told)

    def take(self, told: Told) -> None:
        """Take over what has happened."""
        at = self._clock()
        for tenant, happened in told:
            if happened.what == "failed":
                self.letters[happened.status] += 1
                self.letters_changed = True
            if not happened.request_id:
                continue
            watched = self._requests.get(happened.request_id)
            if watched is None:
                watched = self._requests[happened.request_id] = Watched()
            watched.tenant = tenant
            self._one(watched, tenant, happened, at)
        self._forget()

    def _one(self, watched: Watched, tenant: str | None, happened: Happened, at: Instant) -> None:
        before = watched.progress
        if happened.what == "failed":
            if watched.failures is None:
                watched.failures = deque(maxlen=_FAILURES)
            watched.failures.append(happened)
            progress = before
        else:
            progress = watched.progress = after(before, happened)
            if happened.what == "uploaded":
                watched.upload = happened
            self._board_of(tenant).take(happened, progress, at)
        if self._arrivals:
            for arrival in self._arrivals.get(happened.request_id, ()):
                arrival.set()
        if watched.boxes and (progress is not before or happened.what == "failed"):
            for box in watched.boxes:
                box.put(happened.request_id, (progress, happened))

    def board(self, tenant: str | None) -> Board:
        """The board of a tenant."""
        return self._board_of(tenant)

    def known(self, request_id: str) -> Watched | None:
        """What is known of a request here, if anything is."""
        return self._requests.get(request_id)

    async def heard_of(self, request_id: str, seconds: float) -> Watched | None:
        """The same, waiting for the upload of a request that may be on its way.

        That somebody watches it, or that something else of it was seen, is no upload yet.
        """
        arrival = asyncio.Event()
        waiting = self._arrivals.setdefault(request_id, set())
        waiting.add(arrival)
        try:
            async with asyncio.timeout(seconds):
                while not (self._uploaded(request_id) or self.ending):
                    arrival.clear()
                    await arrival.wait()
        except TimeoutError:
            pass
        finally:
            waiting.discard(arrival)
            if not waiting:
                self._arrivals.pop(request_id, None)
        return self._requests.get(request_id)

    def _uploaded(self, request_id: str) -> bool:
        found = self._requests.get(request_id)
        return found is not None and found.upload is not None

    @contextmanager
    def watching(self, request_id: str, box: Mailbox) -> Iterator[Watched]:
        """Put what happens to a request from now on into a mailbox."""
        watched = self._requests.get(request_id)
        if watched is None:
            watched = self._requests[request_id] = Watched()
        watched.boxes.append(box)
        try:
            with self.open(box):
                yield watched
        finally:
            watched.boxes.remove(box)
            if not watched.boxes and watched.progress is None:
                self._requests.pop(request_id, None)

    @contextmanager
    def open(self, box: Mailbox) -> Iterator[None]:
        """A mailbox that is closed when the process is about to stop."""
        self._boxes.add(box)
        if self.ending:
            box.close()
        try:
            yield
        finally:
            self._boxes.discard(box)

    @property
    def watchers(self) -> int:
        """How many mailboxes there are."""
        return len(self._boxes)

    def seed(self, watched: Watched, stored: Progress) -> Progress:
        """How far a request has come, with what is stored of it."""
        own = watched.progress
        watched.progress = stored if own is None else merged(own, stored)
        return watched.progress

    def end_soon(self) -> None:
        """The same from a signal's handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        """End everything that is watched: the process is about to stop."""
        self.ending = True
        for box in self._boxes:
            box.close()
        for waiting in self._arrivals.values():
            for arrival in waiting:
                arrival.set()

    def _board_of(self, tenant: str | None) -> Board:
        board = self._boards.get(tenant)
        if board is None:
            board = self._boards[tenant] = Board(self._clock())
            if len(self._boards) > _TENANTS:
                del self._boards[next(iter(self._boards))]
        return board

    def _forget(self) -> None:
        excess = len(self._requests) - _MOST
        if excess <= 0:
            return
        # Those that are watched stay; asking for a few more than needed finds others.
        for request_id in [*self._requests][: excess + 100]:
            if not self._requests[request_id].boxes:
                del self._requests[request_id]
