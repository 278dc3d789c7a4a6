"""`manifold explain`: why a request was decided as it was, and what would have to change."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import typer

from connectors.browse import read_between, start_offsets, topics_there
from connectors.codec import Undecodable
from connectors.murmur2 import partition_of
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import Failed, explained, json_line, printable
from manifold.cli.policy import policies
from operators.decision import InvoiceDecision
from operators.decision_table import DecisionRow, Explanation
from operators.reference import ReferencePolicy
from operators.review import DECIDED_BY
from operators.time import isoformat
from operators.why import why


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
    reasons = why(decision, policies(there))
    policy, found, now, by_now = reasons.policy, reasons.found, reasons.now, reasons.by_now
    if json:
        json_line(
            {
                "request_id": decision.request_id,
                "attempt": decision.attempt,
                "revision": decision.revision,
                "status": decision.status,
                "decided_by": decision.decided_by or found.row.name,
                "reason": decision.reason,
                "approvers": decision.approvers,
                "reviews": decision.reviews,
                "policy_version": decision.policy_version,
                "canary": decision.canary,
                "mixed_policies": decision.mixed_policies,
                "shadow": decision.shadow,
                "policy_in_force": now.version,
                "by_policy_in_force": {"status": by_now.status, "decided_by": by_now.name},
                "explained_by": policy.version,
                "because": found.because,
                "otherwise": found.otherwise,
            }
        )
        return
    for line in _told(decision, policy, found, now, by_now):
        typer.echo(printable(line))


def _latest(there: Cluster, request_id: str) -> InvoiceDecision:
    topic = there.topic(InvoiceDecision)
    decode = there.codec.decoder(InvoiceDecision)
    count = topics_there(there.kafka).get(topic.name, 0)
    if not count:
        raise Failed(f"There is no topic {topic.name}: `manifold topics apply` creates it.")
    key = request_id.encode()
    starts = start_offsets(there.kafka, [(topic.name, partition_of(key, count))], None)
    found: list[InvoiceDecision] = []
    for received in read_between(there.kafka, starts):
        if received.key == key:
            with suppress(Undecodable):
                found.append(decode(received.value or b""))
    if not found:
        raise Failed(
            f"Nothing has been decided on {request_id}. `manifold trace` shows where it is."
        )
    return max(found, key=lambda each: (each.attempt, each.revision))


def _told(
    decision: InvoiceDecision,
    policy: ReferencePolicy,
    found: Explanation,
    now: ReferencePolicy,
    by_now: DecisionRow,
) -> Iterator[str]:
    when = isoformat(decision.decided_at)
    yield f"{decision.status}, revision {decision.revision} of attempt {decision.attempt}, {when}"
    if decision.decided_by in DECIDED_BY:
        yield f"Decided by {decision.decided_by}: {decision.reason}"
    elif decision.decided_by is None:
        yield "The policy had no decision table: the worst answer decided."
    else:
        yield f"Row “{decision.decided_by}” of policy {decision.policy_version}: {decision.reason}"
    if decision.canary:
        yield f"Policy {decision.policy_version} was a candidate, in force for a share of requests."
    if decision.mixed_policies:
        yield "A branch had answered by another policy:"
    if decision.approvers is not None and decision.status == "REVIEW":
        yield f"To be looked at by {decision.approvers}."
    for note in decision.reviews:
        yield f"  {note.outcome} by {note.reviewer}, {isoformat(note.at)}: {note.reason}"
    for answer in decision.branches:
        rules = ", ".join(dict.fromkeys(each.rule_id for each in answer.violations))
        other = "" if answer.policy_version == decision.policy_version else answer.policy_version
        yield (
            f"  {answer.branch.lower()}: {answer.status}{f' ({rules})' if rules else ''}"
            f"{f' by policy {other}' if other else ''}"
        )
    for branch in decision.missing:
        yield f"  {branch.lower()}: no answer"
    yield from _in_shadow(decision)
    if decision.decided_by in DECIDED_BY:
        yield f"Without that it would be {found.row.status} by policy {policy.version}:"
    elif policy is now and (
        decision.policy_version != now.version or found.row.status != decision.status
    ):
        yield f"By policy {now.version}, in force now, it would be {by_now.status}:"
    for condition in found.because:
        yield f"  it is so that {condition}"
    for other_row in found.otherwise:
        yield f"{other_row.status} by row “{other_row.name}” if {' and '.join(other_row.needs)}"
    if policy is not now:
        yield (
            f"By policy {now.version}, in force now, these answers would be {by_now.status} "
            f"by row “{by_now.name}”."
        )


def _in_shadow(decision: InvoiceDecision) -> Iterator[str]:
    shadow = decision.shadow
    if shadow is None:
        return
    row = "" if shadow.decided_by is None else f" by row “{shadow.decided_by}”"
    yield f"In shadow, policy {shadow.policy_version} would have decided {shadow.status}{row}."
    for answer in decision.branches:
        other = answer.shadow
        if other is not None and (other.status != answer.status or other.unknown_reason):
            why = f" ({other.unknown_reason})" if other.unknown_reason else ""
            yield f"  {answer.branch.lower()}: {other.status}{why} instead of {answer.status}"
