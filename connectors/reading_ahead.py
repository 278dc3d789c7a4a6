"""Documents of a poll, read before its epoch is open: that may take longer than a transaction.

How many are read at once follows from how long they take: more as long as they are quick, fewer
when they are slow, so that a process never seems to have died to its group. Of corrections, from
which something is learned by looking at a document again, a poll has one.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.extracting import Documents, Unusable, Wanted, wanted_of
from connectors.remembering import Study
from connectors.stream import Received
from connectors.wire import FORWARDED
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories
from operators.extraction.outcome import DocumentRead
from operators.extraction.reviewing import BEFORE_DECISION
from operators.reference import ReferencePolicy
from operators.review import InvoiceReviewCompleted
from operators.table import Lookup
from operators.upload import InvoiceUploaded

_MOST = 64
"""Documents of a poll at most."""
_QUICK, _SLOW = 2.0, 8.0
"""Seconds below which twice as many are read the next time, and above which half as many."""


class ReadingAhead:
    """Reads the documents that uploads point at, a poll at a time."""

    def __init__(
        self,
        documents: Documents,
        first: int,
        contracts: Contracts,
        codec: Codec,
        policies: Lookup[ReferencePolicy],
        memories: Memories,
    ) -> None:
        """Nothing is read yet; `first`: documents of the first poll."""
        self._documents = documents
        self._decoders = {
            contracts.topic_of(record).name: codec.decoder(record)
            for record in (InvoiceUploaded, InvoiceReviewCompleted)
        }
        self._policies = policies
        self._memories = memories
        self._wanted: dict[Wanted, None] = {}
        self._corrected = False
        self._found: Mapping[Wanted, DocumentRead | Unusable] = {}
        self._most = first

    def takes(self, received: Received, /) -> bool:
        """Take over what an upload points at; False when there is enough to do in the poll."""
        decode = self._decoders.get(received.topic)
        if decode is None or received.value is None:
            return True
        try:
            record: Any = decode(received.value)
        except Undecodable:
            return True
        if isinstance(record, InvoiceReviewCompleted):
            return self._takes_answer(record)
        if received.header(FORWARDED) is not None:
            return True  # It is read where it came first.
        wanted = wanted_of(record, self._policies)
        if wanted is None or wanted in self._wanted:
            return True
        if len(self._wanted) >= self._most:
            return False
        self._wanted[wanted] = None
        return True

    def work(self) -> None:
        """Read what was taken over."""
        wanted, self._wanted, self._found, self._corrected = tuple(self._wanted), {}, {}, False
        if not wanted:
            return
        began = time.monotonic()
        found = self._documents.read(wanted, self._memories)
        self._found = dict(zip(wanted, found, strict=True))
        seconds = time.monotonic() - began
        if seconds > _SLOW:
            self._most = max(1, len(wanted) // 2)
        elif seconds < _QUICK and len(wanted) == self._most:
            self._most = min(_MOST, 2 * self._most)

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        """What was found in the documents of the poll, in their order."""
        missing = [each for each in wanted if each not in self._found]
        late = self._documents.read(missing, memories) if missing else ()
        found = {**self._found, **dict(zip(missing, late, strict=True))}
        return [found[each] for each in wanted]

    def study(self, study: Study, /) -> Lesson:
        """What a corrected document teaches."""
        return self._documents.study(study)

    def _takes_answer(self, completed: InvoiceReviewCompleted) -> bool:
        if completed.revision != BEFORE_DECISION or completed.outcome != "CORRECTED":
            return True
        another, self._corrected = not self._corrected, True
        return another
