"""How long the branches that book something remember what has been settled."""

from typing import Any

import pytest

from connectors.postponed import Limits, Postponement
from connectors.steps import OnRecord
from connectors.stream import Decoded, Received
from connectors.tables import Tables
from flows import inventory, pricing
from operators.decision import InvoiceSettled
from operators.reference import ReferenceContract
from operators.remembered import is_time_to_forget
from operators.resumption import Rate
from operators.table import MemoryTable
from operators.time import DAY, Instant

CONTRACT = ReferenceContract("C", "V", "BOLT", "C62", "EUR", 1)


def settled(request_id: str, at: Instant) -> InvoiceSettled:
    return InvoiceSettled(
        request_id=request_id, invoice_id="I", vendor_id="V", outcome="REJECTED", settled_at=at
    )


SWEEPER = next(name for name in map(str, range(1_000)) if is_time_to_forget(settled(name, 1)))


def branches(postponement: Postponement) -> dict[str, OnRecord[Tables]]:
    nothing: Any = {}
    contracts: Any = {"V": (CONTRACT,)}
    return {
        "inventory": inventory.branch(inventory.Reference(nothing, nothing, nothing), postponement),
        "pricing": pricing.branch(
            pricing.Reference(nothing, contracts, nothing, nothing, nothing), postponement
        ),
    }


@pytest.mark.parametrize("branch", ["inventory", "pricing"])
@pytest.mark.parametrize(("keep", "known"), [(DAY, False), (7 * DAY, True)])
def test_a_settlement_waits_for_its_upload_as_long_as_that_may_be_judged_again(
    branch: str, keep: Instant, known: bool
) -> None:
    postponement = Postponement(
        branch, Rate(1), lambda _: None, lambda *_: [], Limits(keep=keep), lambda _: None
    )
    on_record = branches(postponement)[branch]
    tables: Any = {name: MemoryTable[Any]() for name in ("reservations", "volumes", "requests")}
    for record in (settled("R", DAY), settled(SWEEPER, 4 * DAY)):
        received = Received("invoice.settled", 0, 0, b"V", b"", (), record.settled_at)
        list(on_record(tables, Decoded(record, received), record.settled_at))
    assert (tables["requests"].get("R") is not None) == known
