"""Why a request was decided as it was: by the policy that decided, and by the one in force now."""

from collections.abc import Mapping

from msgspec import Struct

from operators.candidate import IN_FORCE
from operators.decide import WORST_DECIDES, facts_of
from operators.decision import InvoiceDecision
from operators.decision_table import DecisionRow, Explanation, applied, explained
from operators.reference import ReferencePolicy


class Why(Struct, frozen=True):
    """What a decision rests on."""

    policy: ReferencePolicy
    """The policy that decided; where it is no longer known, the one in force now."""
    found: Explanation
    """The row that decides these answers by it, and what the other rows want."""
    now: ReferencePolicy
    """The policy in force now."""
    by_now: DecisionRow
    """The row that decides these answers by it."""


def why(decision: InvoiceDecision, policies: Mapping[str, ReferencePolicy]) -> Why:
    """Why; `policies` are those that stand in their topic, the one in force among them."""
    now = policies[IN_FORCE]
    versions = {each.version: each for each in policies.values()}
    policy = versions.get(decision.policy_version or "", now)
    facts = facts_of(decision.branches, decision.amount, decision.vendor_class)
    return Why(
        policy,
        explained(policy.decision or WORST_DECIDES, facts),
        now,
        applied(now.decision or WORST_DECIDES, facts),
    )
