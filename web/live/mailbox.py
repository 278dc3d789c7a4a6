"""What waits for one who watches: bounded, with the last word about each thing always in it.

>>> box = Mailbox(most=2)
>>> for word in ("received", "judging", "decided"):
...     box.put("r-1", word)
>>> box.take()
('decided', 2)
>>> box.take() is None
True
"""

import asyncio
from collections import deque
from typing import Any


class Mailbox:
    """Written by the one who tells, read by the one who watches, in the same event loop."""

    def __init__(self, most: int = 64) -> None:
        """`most`: how much waits before states between are left out.

        There should never be more kinds of things to tell than that: their number bounds the
        memory. `full` says when there are.
        """
        self._most = most
        self._waiting: deque[tuple[str, Any, int]] = deque()
        self._news = asyncio.Event()
        self.closed = False
        self.skipped = 0
        """Left out so far."""

    def put(self, key: str, item: Any) -> None:
        """Tell something about `key`; what was told of it before may be left out then."""
        if self.closed:
            return
        self._waiting.append((key, item, 0))
        if len(self._waiting) > self._most:
            self._compact()
        self._news.set()

    @property
    def full(self) -> bool:
        """Whether of more kinds of things something waits than there may be."""
        return len(self._waiting) > self._most

    def take(self) -> tuple[Any, int] | None:
        """What waits longest, and how many before it about the same were left out."""
        if not self._waiting:
            self._news.clear()
            return None
        _, item, skipped = self._waiting.popleft()
        return item, skipped

    async def next(self, seconds: float) -> tuple[Any, int] | None:
        """The same, waiting for it; None after so many seconds, or when it is closed."""
        found = self.take()
        if found is None and not self.closed:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return None
            found = self.take()
        return found

    def close(self) -> None:
        """Tell nothing more; what waits can still be taken."""
        self.closed = True
        self._news.set()

    def _compact(self) -> None:
        last: dict[str, tuple[str, Any, int]] = {}
        for key, item, skipped in self._waiting:
            before = last.pop(key, None)
            if before is not None:
                skipped += before[2] + 1
                self.skipped += 1
            last[key] = (key, item, skipped)
        self._waiting = deque(last.values())
