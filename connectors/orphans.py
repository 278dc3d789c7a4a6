"""Documents that nobody points at: stored by somebody who died before the event was sent.

A document that came in has its day in its name, and is only ever stored under it on that day. So
every event that points at it stands in the topic from that day on, and a document whose day is long
over, to which nothing there points, is an orphan.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from connectors.browse import every_partition, partitions_of, read_between, start_offsets
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.errors import Unavailable
from connectors.object_store import Store, Stored
from connectors.offsets import Where
from operators.time import DAY, Instant
from operators.upload import InvoiceUploaded

PREFIX = "inbox"
LEAST: Instant = 3_600_000
"""Milliseconds that have to have passed since the end of a document's day."""
_NAME = re.compile(r"inbox/(\d{4})/(\d\d)/(\d\d)/[0-9a-f]{64}(\.[a-z]+)?")


class CannotTell(Unavailable):
    """It cannot be told what is pointed at, so nothing is an orphan."""


class Orphans:
    """Finds documents of one store that no upload of one cluster points at."""

    def __init__(
        self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec, store: Store
    ) -> None:
        """Connects nothing yet."""
        self._kafka = kafka
        self._topic = contracts.topic_of(InvoiceUploaded)
        self._decode = codec.decoder(InvoiceUploaded)
        self._store = store

    def found(
        self, at: Instant, older_than: Instant, tell: Callable[[int, int], None] | None = None
    ) -> Iterator[Stored]:
        """The orphans whose day ended longer ago than `older_than` milliseconds.

        The topic is read from the oldest candidate's day on; what is older than the topic keeps is
        no candidate. Each is given only after the topic has been read to an end that was asked for
        when everything before had been read. Raises CannotTell and StoreAway.
        """
        kept_since = at - self._topic.retention_ms + DAY
        candidates: dict[str, Stored] = {}
        oldest = at
        for stored in self._store.listed(PREFIX):
            day = day_of(stored.key)
            if day is None or day < kept_since or at - (day + DAY) < max(older_than, LEAST):
                continue
            # A store's clock may be wrong; then the document is younger than its name says.
            if at - stored.changed_at >= max(older_than, LEAST):
                candidates[stored.key] = stored
                oldest = min(oldest, day)
        if candidates:
            self._leave_out(candidates, oldest - DAY, tell)
        yield from candidates.values()

    def _leave_out(
        self,
        candidates: dict[str, Stored],
        since: Instant,
        tell: Callable[[int, int], None] | None,
    ) -> None:
        """Those that an upload points at; `since` leaves a day for clocks of producers."""
        partitions = every_partition(partitions_of(self._kafka, [self._topic.name]))
        starts = start_offsets(self._kafka, partitions, since)
        while True:
            ends: dict[Where, int] = dict(starts)
            for record in read_between(self._kafka, starts, tell=tell):
                ends[record.topic, record.partition] = record.offset + 1
                key = self._pointed_at(record.value)
                if key is not None:
                    candidates.pop(key, None)
            if ends == starts:
                return
            starts = ends

    def _pointed_at(self, value: bytes | None) -> str | None:
        if value is None:
            return None
        try:
            upload = self._decode(value)
        except Undecodable as error:
            if error.reason != "unknown_schema":
                return None  # nobody will ever read it
            raise CannotTell(
                f"an upload in {self._topic.name} cannot be read, so nothing is deleted: {error}"
            ) from None
        return None if upload.document is None else self._store.key_of(upload.document)


def day_of(key: str) -> Instant | None:
    """The day in the name of a document that came in; None for all that others have stored.

    >>> day_of("inbox/2026/03/02/" + 64 * "0" + ".pdf")
    1772409600000
    >>> day_of("inbox/2026/03/02/mine.pdf"), day_of("inbox/2026/13/02/" + 64 * "0")
    (None, None)
    """
    found = _NAME.fullmatch(key)
    if found is None:
        return None
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None
    return round(day.timestamp() * 1_000)
