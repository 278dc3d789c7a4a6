"""Settlements with their uploads: which policy an approval is enriched by."""

import pytest
from msgspec.structs import replace

from connectors.enriched import Reference, enriching
from connectors.stream import Decoded, Produced, Received
from manifold.cli.policy import starter_policy
from operators.candidate import CANDIDATE, IN_FORCE
from operators.decision import InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.invoice import Invoice, Line, Party, Totals
from operators.money import ONE
from operators.reference import OrderLine, ReferencePurchaseOrder
from operators.result import Source
from operators.table import MemoryTable

SOURCE = Source("invoice.uploaded", 0, 7)
INVOICE = Invoice(
    seller=Party(),
    buyer=Party(),
    totals=Totals(),
    lines=(Line(id="1", name="Bolt M8 steel", price=105 * ONE, quantity=ONE, unit="C62"),),
    purchase_order="PO1",
)
ORDER = ReferencePurchaseOrder(
    "PO1",
    "V",
    "EUR",
    (OrderLine(line="10", name="Bolt M8", quantity=ONE, unit="C62", price=100 * ONE),),
)


@pytest.mark.parametrize(("percent", "order_line"), [(0, None), (100, "10")])
def test_a_request_of_a_canary_is_matched_by_the_candidate_as_inventory_matched_it(
    percent: int, order_line: str | None
) -> None:
    policy = replace(starter_policy(), price_tolerance_percent=0)
    candidate = replace(
        policy,
        policy_id=CANDIDATE,
        version="2",
        price_tolerance_percent=10 * ONE,
        canary_percent=percent * ONE,
    )
    settled = InvoiceSettled(
        request_id="R",
        invoice_id="I",
        vendor_id="V",
        outcome="APPROVED",
        settled_at=1,
        source=SOURCE,
    )
    reference = Reference({IN_FORCE: policy, CANDIDATE: candidate}, {}, {"PO1": ORDER}, {})
    on_settled, _ = enriching(lambda _: {SOURCE: INVOICE}, reference, 1_000)
    received = Received("invoice.settled", 0, 0, b"V", b"", (), 1)

    (written,) = on_settled({"done": MemoryTable()}, 0, [Decoded(settled, received)], 1)

    assert isinstance(written, Produced)
    assert isinstance(written.record, InvoiceEnriched)
    assert written.record.lines[0].order_line == order_line
