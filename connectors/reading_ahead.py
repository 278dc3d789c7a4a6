"""Documents of a poll, read before its epoch is open: that may take longer than a transaction.

How many are read at once follows from how long they take: more as long as they are quick, fewer
when they are slow, so that a process never seems to have died to its group.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from connectors.codec import Undecodable
from connectors.extracting import Documents, Unusable, Wanted, wanted_of
from operators.extraction.outcome import DocumentRead
from operators.reference import ReferencePolicy
from operators.table import Lookup
from operators.upload import InvoiceUploaded

_FIRST, _MOST = 4, 64
"""Documents of a poll: of the first, and at most."""
_QUICK, _SLOW = 2.0, 8.0
"""Seconds below which twice as many are read the next time, and above which half as many."""


class ReadingAhead:
    """Reads the documents that uploads point at, a poll at a time."""

    def __init__(
        self,
        documents: Documents,
        topic: str,
        decode: Callable[[bytes], InvoiceUploaded],
        policies: Lookup[ReferencePolicy],
    ) -> None:
        """`decode` reads the values of `topic`, the one of uploads."""
        self._documents = documents
        self._topic = topic
        self._decode = decode
        self._policies = policies
        self._wanted: dict[Wanted, None] = {}
        self._found: Mapping[Wanted, DocumentRead | Unusable] = {}
        self._most = _FIRST

    def takes(self, topic: str, value: bytes | None, /) -> bool:
        """Take over what an upload points at; False when there are enough documents in the poll."""
        if topic != self._topic or value is None:
            return True
        try:
            wanted = wanted_of(self._decode(value), self._policies)
        except Undecodable:
            return True
        if wanted is None or wanted in self._wanted:
            return True
        if len(self._wanted) >= self._most:
            return False
        self._wanted[wanted] = None
        return True

    def work(self) -> None:
        """Read what was taken over."""
        wanted, self._wanted, self._found = tuple(self._wanted), {}, {}
        if not wanted:
            return
        began = time.monotonic()
        self._found = dict(zip(wanted, self._documents.read(wanted), strict=True))
        seconds = time.monotonic() - began
        if seconds > _SLOW:
            self._most = max(1, len(wanted) // 2)
        elif seconds < _QUICK and len(wanted) == self._most:
            self._most = min(_MOST, 2 * self._most)

    def read(self, wanted: Sequence[Wanted], /) -> Sequence[DocumentRead | Unusable]:
        """What was found in the documents of the poll, in their order."""
        missing = [each for each in wanted if each not in self._found]
        late = dict(zip(missing, self._documents.read(missing), strict=True)) if missing else {}
        return [self._found.get(each) or late[each] for each in wanted]
