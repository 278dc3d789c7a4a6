"""Frames of the boards: made at most four times a second, once for all who watch the same one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from connectors.catalogue import WEB_WATCHERS
from connectors.clock import now
from connectors.measures import Measures
from operators.time import Instant
from web.live.flows import EVERY, Flows
from web.live.hub import Hub
from web.live.mailbox import Mailbox

PACE = 0.25
"""Seconds between two frames."""
_QUIET: Instant = 5_000
"""Milliseconds after which a frame comes though nothing has happened: rates fall, too."""

Kind = tuple[str | None, bool]
"""Whose board, and with or without what concerns the whole installation."""


class Frames:
    """Makes frames while somebody watches."""

    def __init__(self, hub: Hub, flows: Flows, measures: Measures, pace: float = PACE) -> None:
        self._hub = hub
        self._flows = flows
        self._measures = measures
        self._pace = pace
        self._watching: dict[Kind, list[Mailbox]] = {}
        self._told: dict[Kind, Instant] = {}
        self._woken = asyncio.Event()

    @contextmanager
    def watching(self, kind: Kind, box: Mailbox) -> Iterator[None]:
        """Put frames into a mailbox, the present one first."""
        self._watching.setdefault(kind, []).append(box)
        self._told.pop(kind, None)
        self._woken.set()
        try:
            yield
        finally:
            self._watching[kind].remove(box)
            if not self._watching[kind]:
                del self._watching[kind]

    async def make(self) -> None:
        """Make them until cancelled."""
        while True:
            if not self._watching:
                self._woken.clear()
                await self._woken.wait()
            letters = self._hub.letters_changed
            self._hub.letters_changed = False
            for kind, boxes in [*self._watching.items()]:
                frame = self._frame(kind, now(), letters)
                if frame is not None:
                    for box in boxes:
                        box.put("board", frame)
            await asyncio.sleep(self._pace)

    async def look(self) -> None:
        """Look how far flows are behind until cancelled."""
        while True:
            self._measures.set(WEB_WATCHERS, self._hub.watchers)
            if any(whole for _, whole in self._watching):
                await self._flows.again()
                await asyncio.sleep(EVERY)
            else:
                await asyncio.sleep(self._pace)

    def _frame(self, kind: Kind, at: Instant, letters: bool) -> str | None:
        tenant, whole = kind
        board = self._hub.board(tenant)
        due = at - self._told.get(kind, 0) >= _QUIET
        if not due and not board.changed and not (letters and whole):
            return None
        self._told[kind] = at
        frame = {"type": "board", **board.frame(at)}
        if whole:
            frame["letters"] = dict(self._hub.letters.most_common())
            frame["flows"] = self._flows.told
            frame["flows_problem"] = self._flows.problem
        return msgspec.json.encode(frame).decode()
