"""Inventory over topics in lists: what it reads, answers and keeps, epoch by epoch."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from connectors.changelog_table import ChangelogTable, TableType
from connectors.saga_history import SagaHistory
from connectors.stream import Received
from operators import inventory
from operators.answer import answer
from operators.books import Audited
from operators.codes import CREDIT_NOTES
from operators.decision import InvoiceSettled, Outcome
from operators.inventory import OrderReservations, RequestClaims
from operators.inventory.state import Sums
from operators.money import ONE
from operators.reference import (
    ReceiptLine,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
)
from operators.result import InventoryResult, Source
from operators.upload import InvoiceUploaded, Metadata
from tests.contract.generated_records import AT, CODEC, CONTRACTS
from tests.unit.test_inventory import POLICY, invoice, line, ordered

assert "381" in CREDIT_NOTES

RESERVATIONS = CONTRACTS.changelog("inventory", "reservations").name
REQUESTS = CONTRACTS.changelog("inventory", "requests").name
APART = 3_600_000
"""Milliseconds between epochs, so that none could have judged by what the next one knows."""


class SagaTopics:
    """One partition; orders PO1 and PO2 with lines 10 and 20, and 10 received of PO1's first."""

    def __init__(self) -> None:
        self.records: list[Received] = []
        self.at = AT
        self.policy = POLICY
        self.orders: dict[str, ReferencePurchaseOrder] = {}
        self.receipts: dict[str, dict[str, ReferenceGoodsReceipt]] = {}
        self.reservations = ChangelogTable[OrderReservations](
            RESERVATIONS, TableType("reservations", OrderReservations)
        )
        self.requests = ChangelogTable[RequestClaims](
            REQUESTS, TableType("requests", RequestClaims, in_pages=True)
        )
        self._next: Counter[str] = Counter()
        self.write(POLICY, "default")
        for number in ("PO1", "PO2"):
            lines = (ordered("10", None, "Ten", "2"), ordered("20", None, "Twenty", "2"))
            self.orders[number] = ReferencePurchaseOrder(number, "V1", "EUR", lines)
            self.write(self.orders[number], number)
        self.receive("G1", 10)
        self.commit()

    def receive(
        self, receipt: str, quantity: int, order: str = "PO1", order_line: str = "10"
    ) -> None:
        """Goods have arrived, or, of a receipt that is known, were other goods."""
        lines = (ReceiptLine(order_line, quantity * ONE),)
        record = ReferenceGoodsReceipt(receipt, order, "V1", date(2026, 1, 1), lines)
        self.receipts.setdefault(order, {})[receipt] = record
        self.write(record, receipt)

    def upload(
        self,
        request: str,
        *quantities: int,
        attempt: int = 1,
        order: str | None = "PO1",
        order_line: str = "10",
        credit: bool = False,
    ) -> InventoryResult:
        """Judge an invoice with a line of each quantity."""
        billed = [line(str(quantity), order_line=order_line) for quantity in quantities]
        judged = invoice(*billed, purchase_order=order, type_code="381" if credit else "380")
        upload = InvoiceUploaded(
            request_id=request,
            attempt=attempt,
            invoice_id="I1",
            vendor_id="V1",
            uploaded_at=self.at,
            origin="API",
            invoice=judged,
            metadata=Metadata(),
        )
        source = self.write(upload).source
        judgement = inventory.judge(
            request,
            attempt,
            "V1",
            judged,
            orders=self.orders,
            receipts={number: tuple(found.values()) for number, found in self.receipts.items()},
            policy=self.policy,
            reservations=self.reservations,
            requests=self.requests,
        )
        result = answer(
            InventoryResult, upload, source, judgement, decided_at=self.at, policy_version="1"
        )
        self.write(result)
        return result

    def settle(
        self, request: str, outcome: Outcome, attempt: int = 1, *, applied: bool = True
    ) -> None:
        """Settle an attempt; inventory may overlook it."""
        settled = InvoiceSettled(
            request_id=request,
            attempt=attempt,
            invoice_id="I1",
            vendor_id="V1",
            outcome=outcome,
            settled_at=self.at,
        )
        self.write(settled)
        if applied:
            inventory.settle(settled, reservations=self.reservations, requests=self.requests)

    def book(self, reserved: int, confirmed: int = 0, order_line: str = "10") -> None:
        """Book on PO1 what no request has, as a defect would."""
        known = self.reservations.get("PO1") or OrderReservations()
        by: Sums = (reserved * ONE, confirmed * ONE)
        self.reservations.put("PO1", known.changed([(order_line, by)]))

    def change(self, request: str, **values: Any) -> None:
        """Change what a request's only claim says."""
        known = self.requests.get(request)
        assert known is not None
        [claim] = known.claims
        self.requests.put(request, known.replaced(msgspec.structs.replace(claim, **values)))

    def commit(self) -> None:
        """What the tables have changed, in one transaction."""
        for table in (self.reservations, self.requests):
            for key, value in table.changes():
                self._append(table.topic, key, value)
            self._next[table.topic] += 1
        self.at += APART

    def audited(
        self,
        read: Callable[[Source], bool] = lambda _: True,
        settled: Callable[[Source], bool] = lambda _: True,
        expired: tuple[type[Any], ...] = (),
    ) -> Audited:
        """What the audit says of it all."""
        history = SagaHistory(CONTRACTS, CODEC)
        for kind in expired:
            history.expired(CONTRACTS.topic_of(kind).name)
        for record in self.records:
            history.take(record)
        return history.audited(read, settled)

    def found(self) -> list[str]:
        """The kinds of what is wrong."""
        return [each.kind for each in self.audited().findings]

    def compact(self, topic: str) -> None:
        """Keep only the last record of each key."""
        last = {(each.key, each.topic): each for each in self.records if each.topic == topic}
        self.records = [
            each
            for each in self.records
            if each.topic != topic or last[each.key, each.topic] is each
        ]

    def write(self, record: Any, key: str = "") -> Received:
        """A record in its topic."""
        name = CONTRACTS.topic_of(type(record)).name
        return self._append(name, key.encode(), CODEC.encoder(type(record))(record))

    def _append(self, topic: str, key: bytes, value: bytes | None) -> Received:
        record = Received(topic, 0, self._next[topic], key, value, [], self.at)
        self._next[topic] += 1
        self.records.append(record)
        return record


def policy(percent: int) -> ReferencePolicy:
    """The policy with another tolerance."""
    return msgspec.structs.replace(POLICY, quantity_tolerance_percent=percent * ONE)
