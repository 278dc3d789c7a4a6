"""`manifold explain`: why a request was decided as it was, and what would have to change."""

from collections.abc import Iterator
from typing import Annotated

import typer

from connectors.browse import read_between, start_offsets, topics_there
from connectors.murmur2 import partition_of
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import Failed, explained, json_line, printable
from manifold.cli.policy import in_force
from operators.decide import WORST_DECIDES, facts_of
from operators.decision import InvoiceDecision
from operators.decision_table import Explanation
from operators.decision_table import explained as explained_by
from operators.reference import ReferencePolicy
from operators.time import isoformat


@explained()
def explain(
    request_id: Annotated[str, typer.Argument(help="The request id that submit has printed.")],
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Say which row of the policy's table decided a request, and what the other rows want."""
    there = cluster(bootstrap, extra)
    decision = _latest(there, request_id)
    policy = in_force(there)
    facts = facts_of(decision.branches, decision.amount, decision.vendor_class)
    found = explained_by(policy.decision or WORST_DECIDES, facts)
    if json:
        json_line(
            {
                "request_id": decision.request_id,
                "attempt": decision.attempt,
                "revision": decision.revision,
                "status": decision.status,
                "decided_by": decision.decided_by or found.row.name,
                "approvers": decision.approvers,
                "policy_version": decision.policy_version,
                "policy_in_force": policy.version,
                "because": found.because,
                "otherwise": found.otherwise,
            }
        )
        return
    for line in _told(decision, policy, found):
        typer.echo(printable(line))


def _latest(there: Cluster, request_id: str) -> InvoiceDecision:
    topic = there.topic(InvoiceDecision)
    decode = there.codec.decoder(InvoiceDecision)
    count = topics_there(there.kafka).get(topic.name, 0)
    if not count:
        raise Failed(f"There is no topic {topic.name}: `manifold topics apply` creates it.")
    key = request_id.encode()
    starts = start_offsets(there.kafka, [(topic.name, partition_of(key, count))], None)
    found = [
        decode(received.value)
        for received in read_between(there.kafka, starts)
        if received.key == key and received.value is not None
    ]
    if not found:
        raise Failed(
            f"Nothing has been decided on {request_id}. `manifold trace` shows where it is."
        )
    return max(found, key=lambda each: (each.attempt, each.revision))


def _told(decision: InvoiceDecision, policy: ReferencePolicy, found: Explanation) -> Iterator[str]:
    when = isoformat(decision.decided_at)
    yield f"{decision.status}, revision {decision.revision} of attempt {decision.attempt}, {when}"
    if decision.decided_by is None:
        yield "The policy had no decision table: the worst answer decided."
    else:
        yield f"Row “{decision.decided_by}” of policy {decision.policy_version}: {decision.reason}"
    if decision.approvers is not None:
        yield f"To be looked at by {decision.approvers}."
    for answer in decision.branches:
        rules = ", ".join(dict.fromkeys(each.rule_id for each in answer.violations))
        yield f"  {answer.branch.lower()}: {answer.status}{f' ({rules})' if rules else ''}"
    for branch in decision.missing:
        yield f"  {branch.lower()}: no answer"
    if decision.policy_version not in (None, policy.version) or found.row.status != decision.status:
        yield f"By policy {policy.version}, in force now, it would be {found.row.status}:"
    for condition in found.because:
        yield f"  it is so that {condition}"
    for other in found.otherwise:
        yield f"{other.status} by row “{other.name}” if {' and '.join(other.needs)}"
