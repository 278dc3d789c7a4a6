"""The saga's invariant: no order line is ever billed beyond what was received.

It is the audit of `manifold saga check`, which keeps the books anew with none of the operator's
code, over what the run has written; receipts and tolerances are those of the generated world.
"""

from collections.abc import Mapping

from connectors.codec import Codec, LockIds
from connectors.saga_history import SagaHistory
from operators.reference import ReferenceGoodsReceipt
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.recorded import Recorded

NAME = "reserved and confirmed never exceed received, each once, at any commit"


def books_are_right(recorded: Recorded, reference: Reference) -> Check:
    """Every commit of inventory against what was answered, settled and received."""
    findings = Findings(NAME)
    contracts = recorded.contracts
    history = SagaHistory(contracts, Codec(contracts, LockIds(contracts)))
    _know(history, reference)
    for name in (*history.changelogs, *history.others):
        topic = contracts.topics[name]
        if topic.kind != "reference":
            for record in recorded.raw(topic):
                history.take(record)
    audited = history.audited()
    for found in audited.findings:
        where = ", ".join(f"{each.topic}[{each.partition}] {each.offset}" for each in found.sources)
        requests = ", ".join(found.request_ids)
        findings.add(f"{found.kind}: {found.message} Requests {requests or '–'}, at {where or '–'}")
    return findings.check(
        f"{audited.order_lines:,} order lines, {audited.requests:,} requests and "
        f"{audited.commits:,} commits agree, each within receipts and tolerance"
    )


def _know(history: SagaHistory, reference: Reference) -> None:
    receipts: Mapping[str, tuple[ReferenceGoodsReceipt, ...]] = reference.receipts
    for number, order in reference.orders.items():
        history.limits.order(number, order, 0)
    for receipt in (each for found in receipts.values() for each in found):
        history.limits.receipt(receipt.goods_receipt, receipt, 0)
    history.limits.policy(reference.policy.policy_id, reference.policy, 0)
