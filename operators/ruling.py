"""The answers to a request, decided by the policy they were judged by."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from operators.candidate import chosen_for
from operators.decide import facts_of, status_of
from operators.decision import BranchAnswer, DecisionStatus, ShadowDecision
from operators.decision_table import DecisionRow, applied
from operators.money import Amount
from operators.reference import ReferencePolicy
from operators.table import Lookup


class Ruling(Struct, frozen=True, gc=False):
    """What was decided, and by which policy."""

    status: DecisionStatus
    row: DecisionRow | None
    """What decided; None without a decision table."""
    policy: ReferencePolicy | None
    canary: bool = False
    """Whether the policy was a candidate."""
    mixed: bool = False
    """Whether a branch has answered by another policy."""
    shadow: ShadowDecision | None = None
    """What a candidate in shadow would have decided."""


def ruled(
    policies: Lookup[ReferencePolicy],
    request_id: str,
    answers: Sequence[BranchAnswer],
    amount: Amount | None,
    vendor_class: str | None,
) -> Ruling:
    """The decision on a request; without a policy, or a table in it, the worst answer decides."""
    found = chosen_for(policies, request_id, answers)
    policy = found.policy
    status, row = decided(policy, answers, amount, vendor_class)
    shadow = found.shadow
    return Ruling(
        status,
        row,
        policy,
        found.canary,
        found.mixed,
        None if shadow is None else _in_shadow(shadow, answers, amount, vendor_class),
    )


def decided(
    policy: ReferencePolicy | None,
    answers: Sequence[BranchAnswer],
    amount: Amount | None,
    vendor_class: str | None,
) -> tuple[DecisionStatus, DecisionRow | None]:
    """What one policy makes of answers, and by which row of its table.

    A row can approve or reject; whatever else it says is for a person, as are statuses of a policy
    that is newer than this program.
    """
    if policy is None or not policy.decision:
        return status_of(answers), None
    row = applied(policy.decision, facts_of(answers, amount, vendor_class))
    return (row.status if row.status in ("APPROVED", "REJECTED") else "REVIEW"), row


def by_shadow(answers: Iterable[BranchAnswer], version: str) -> tuple[BranchAnswer, ...] | None:
    """The answers as a candidate has them; None while one of them was not judged by it."""
    seen = []
    for answer in answers:
        shadow = answer.shadow
        if shadow is None or shadow.policy_version != version:
            return None
        found = answer.violations if shadow.violations is None else shadow.violations
        seen.append(
            replace(
                answer,
                status=shadow.status,
                unknown_reason=shadow.unknown_reason,
                violations=found,
                policy_version=version,
                shadow=None,
            )
        )
    return tuple(seen)


def _in_shadow(
    candidate: ReferencePolicy,
    answers: Sequence[BranchAnswer],
    amount: Amount | None,
    vendor_class: str | None,
) -> ShadowDecision | None:
    seen = by_shadow(answers, candidate.version)
    if seen is None:
        return None
    status, row = decided(candidate, seen, amount, vendor_class)
    return ShadowDecision(candidate.version, status, None if row is None else row.name)
