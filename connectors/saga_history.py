"""What inventory's topics hold, taken record by record, for an audit of its books.

Flows go on while they are read. So what must be complete is read first (how far inventory has
come, where its changelogs end, the changelogs), and what it is held against afterwards: that may
know more.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.offsets import Where
from connectors.pages import entries_of, number_of
from connectors.stream import Received
from operators.books import Answers, Audited, Auditor, Limits
from operators.codes import CREDIT_NOTES
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.reference import ReferenceGoodsReceipt, ReferencePolicy, ReferencePurchaseOrder
from operators.result import InventoryDetails, Source


class _Answer(msgspec.Struct, tag="InventoryResult"):
    """Of a result, what it books."""

    request_id: str
    attempt: int
    status: str
    source: Source
    details: InventoryDetails


class _Document(msgspec.Struct):
    """Of an invoice, whether it is one."""

    type_code: str | None = None


class _Upload(msgspec.Struct, tag="InvoiceUploaded"):
    """Of an upload, what it is."""

    invoice: _Document | None = None


class _Completed(msgspec.Struct, tag="InvoiceOcrCompleted"):
    """The same of a document that was read."""

    invoice: _Document | None = None


Decode = Callable[[bytes], Any]


class SagaHistory:
    """All that an audit of inventory's books looks at."""

    def __init__(self, contracts: Contracts, codec: Codec) -> None:
        """Nothing has been read."""
        self._reservations = contracts.changelog("inventory", "reservations").name
        self._requests = contracts.changelog("inventory", "requests").name
        takers: dict[type[Any], Callable[[Any, Received], None]] = {
            _Answer: self._answer,
            InvoiceSettled: self._settled,
            _Upload: self._upload,
            _Completed: self._upload,
            ReferencePurchaseOrder: lambda record, at: self.limits.order(*_keyed(record, at)),
            ReferenceGoodsReceipt: lambda record, at: self.limits.receipt(*_keyed(record, at)),
            ReferencePolicy: lambda record, at: self.limits.policy(*_keyed(record, at)),
        }
        self._takers = {
            contracts.topic_of(kind).name: (codec.decoder(kind), take)
            for kind, take in takers.items()
        }
        self._references = {
            topic for topic in self._takers if contracts.topics[topic].kind == "reference"
        }
        self._answers = contracts.topic_of(_Answer).name
        self._settlements = contracts.topic_of(InvoiceSettled).name
        self.changelogs = (self._reservations, self._requests)
        """To be read first."""
        self.others = tuple(self._takers)
        """To be read then."""
        self.answers = Answers()
        self.limits = Limits()
        self._booked: list[Received] = []
        self._pages: dict[int, list[Received]] = defaultdict(list)
        self._next: dict[Where, int] = {}
        self.unreadable = 0
        """Records that do not follow their contract; inventory made dead letters of them."""

    def take(self, received: Received) -> None:
        """Take over a record; those of a partition in their order."""
        topic = received.topic
        if topic == self._reservations:
            self._booked.append(received)
        elif topic == self._requests:
            self._pages[received.partition].append(received)
        else:
            if topic in self._references:
                self._look_for_gap(received)
            decode, take = self._takers[topic]
            try:
                take(None if received.value is None else decode(received.value), received)
            except Undecodable:
                self.unreadable += 1

    def expired(self, topic: str) -> None:
        """A topic's first records are no longer there."""
        if topic == self._answers:
            self.answers.answers_whole = False
        elif topic == self._settlements:
            self.answers.settlements_whole = False
        elif topic not in self._references:
            self.answers.uploads_whole = False

    def audited(
        self,
        read: Callable[[Source], bool] = lambda _: True,
        settled: Callable[[Source], bool] = lambda _: True,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Audited:
        """What an audit finds; the arguments are the auditor's. `tell`: records of how many."""
        auditor = Auditor(self.answers, self.limits, read=read, settled=settled)
        decode = msgspec.msgpack.Decoder(OrderReservations).decode
        for each in self._booked:
            sums = decode(each.value).lines if each.value is not None else {}
            auditor.entry((each.key or b"").decode(), sums, each.source, each.timestamp)
        done, total = 0, sum(map(len, self._pages.values()))
        for partition, records in sorted(self._pages.items()):
            if not _is_whole(records):
                auditor.compacted(partition)
            for commit in _transactions(records):
                auditor.commit(_changes(commit), commit[0].source, commit[0].timestamp)
                done += len(commit)
                tell(done, total)
        return auditor.audited()

    def _look_for_gap(self, received: Received) -> None:
        """Compaction leaves gaps; so do transactions, which other producers may use."""
        where = (received.topic, received.partition)
        if received.offset != self._next.get(where, 0):
            self.limits.lost(received.timestamp)
        self._next[where] = received.offset + 1

    def _answer(self, record: _Answer | None, received: Received) -> None:
        if record is not None:
            self.answers.answered(
                record.request_id,
                record.attempt,
                record.status,
                record.details,
                record.source,
                received.source,
            )

    def _settled(self, record: InvoiceSettled | None, received: Received) -> None:
        if record is not None:
            self.answers.settled(record.request_id, record.attempt, record.outcome, received.source)

    def _upload(self, record: _Upload | _Completed | None, received: Received) -> None:
        invoice = record.invoice if record is not None else None
        if invoice is not None and invoice.type_code in CREDIT_NOTES:
            self.answers.credit_note(received.source)


def _keyed(record: Any, received: Received) -> tuple[str, Any, int]:
    return (received.key or b"").decode(errors="replace"), record, received.timestamp


def _transactions(records: Iterable[Received]) -> Iterator[list[Received]]:
    """Records of one partition together as they were committed: a marker stands between."""
    together: list[Received] = []
    for each in records:
        if together and each.offset != together[-1].offset + 1:
            yield together
            together = []
        together.append(each)
    if together:
        yield together


_decode_claims = msgspec.msgpack.Decoder(RequestClaims).decode


def _changes(commit: Iterable[Received]) -> Iterator[tuple[str, RequestClaims | None]]:
    for record in commit:
        for request_id, value in entries_of(record.key or b"", record.value):
            yield request_id, None if value is None else _decode_claims(value)


def _is_whole(records: Iterable[Received]) -> bool:
    """Whether no page is missing: they are numbered."""
    expected = 0
    for each in records:
        if each.value is None:
            continue
        if number_of(each.key or b"") != expected:
            return False
        expected += 1
    return True
