"""A wire that is measured: the records of a batch are counted together as they pass."""

from collections.abc import Iterable, Sequence
from typing import Any

from connectors import catalogue
from connectors.measured_records import answered, observed
from connectors.open_epoch import OpenEpoch
from connectors.steps import Written
from connectors.stream import (
    Decoded,
    Forwarded,
    Ignored,
    Outgoing,
    Produced,
    Received,
    Rejected,
    Removed,
)
from connectors.wire import Wire
from operators.review import InvoiceReviewCompleted
from operators.time import Instant


class MeasuredWire(Wire):
    """The same wire, with what passes it counted."""

    def __init__(self, flow: str, epoch: OpenEpoch, *given: Any) -> None:
        """`given`: as a wire takes it."""
        super().__init__(*given)
        self._flow = flow
        self._epoch = epoch
        self._topics: dict[type[Any], str] = {}

    def decode_all(self, received: Iterable[Received]) -> tuple[list[Decoded[Any]], list[Rejected]]:
        """Those that can be decoded and those that cannot."""
        good, bad = super().decode_all(received)
        people = [each.record for each in good if type(each.record) is InvoiceReviewCompleted]
        if people:
            answered(self._epoch, self._flow, people)
        return good, bad

    def encode_all(self, written: Iterable[Written], at: Instant) -> list[Outgoing]:
        """The records to write."""
        passed = list(written)
        encoded = super().encode_all(passed, at)
        self._count(passed)
        if self._epoch.spans is not None:
            self._epoch.spans.passed(passed, encoded, at)
        return encoded

    def _count(self, written: Sequence[Written]) -> None:
        epoch, flow = self._epoch, self._flow
        others: list[object] = []
        for kind, records in _by_kind(written, others).items():
            epoch.add(catalogue.RECORDS_WRITTEN, len(records), flow, self._topic(kind))
            observed(epoch, flow, kind, records)
        self._count_others(others)

    def _count_others(self, written: Iterable[object]) -> None:
        epoch, flow = self._epoch, self._flow
        for each in written:
            if isinstance(each, Rejected):
                topic, reason = each.received.topic, each.reason
                epoch.add(catalogue.DEAD_LETTERS, 1, flow, topic, reason)
                if reason == "late_result":
                    epoch.add(catalogue.LATE_RESULTS, 1, flow, "dead_letter")
            elif isinstance(each, Ignored) and each.late:
                epoch.add(catalogue.LATE_RESULTS, 1, flow, "ignored")
            elif isinstance(each, Ignored):
                epoch.add(catalogue.DUPLICATES_IGNORED, 1, flow, each.received.topic)
            elif isinstance(each, Forwarded):
                epoch.add(catalogue.RECORDS_WRITTEN, 1, flow, each.received.topic)
            elif isinstance(each, Removed):
                epoch.add(catalogue.RECORDS_WRITTEN, 1, flow, self._topic(each.record))

    def _topic(self, kind: type[Any]) -> str:
        name = self._topics.get(kind)
        if name is None:
            name = self._topics[kind] = self._contracts.topic_of(kind).name
        return name


def _by_kind(written: Iterable[object], others: list[object]) -> dict[type[Any], list[Any]]:
    """Records by their types, in one pass; what is no record goes to `others`."""
    found: dict[type[Any], list[Any]] = {}
    for each in written:
        if type(each) is not Produced:
            others.append(each)
            continue
        record = each.record
        kind = type(record)
        if kind in found:
            found[kind].append(record)
        else:
            found[kind] = [record]
    return found
