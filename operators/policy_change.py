"""What changes on the policy topic when a policy is published, tried, promoted or taken back.

The changes are in the order in which they are written, and whoever has read only the first of
them sees what it saw before, or what it will see in the end: the policy in force is written
whole, and a candidate of the version in force is none.
"""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec.structs import replace

from operators.candidate import CANDIDATE, IN_FORCE, PREVIOUS
from operators.money import HUNDRED, Amount
from operators.reference import ReferencePolicy

Known: TypeAlias = Mapping[str, ReferencePolicy]
"""What stands in the topic, by key."""
Changes: TypeAlias = Mapping[str, ReferencePolicy | None]
"""What is to be written, by key and in that order; None deletes."""


class Refused(ValueError):
    """A change that makes no sense; the text is a sentence that says what to do."""


def put_in_force(known: Known, policy: ReferencePolicy) -> Changes:
    """Have a policy judge every request; the one before is kept for a way back."""
    before, candidate = known.get(IN_FORCE), known.get(CANDIDATE)
    changes: dict[str, ReferencePolicy | None] = {}
    if before is not None and before.version != policy.version:
        changes[PREVIOUS] = replace(before, policy_id=PREVIOUS)
    changes[IN_FORCE] = replace(policy, policy_id=IN_FORCE, canary_percent=None)
    if candidate is not None and candidate.version == policy.version:
        changes[CANDIDATE] = None
    return changes


def tried(known: Known, policy: ReferencePolicy, percent: Amount | None) -> Changes:
    """Try a candidate on a share of the requests; without one, in shadow.

    It takes the place of another candidate. Raises Refused.
    """
    before = known.get(IN_FORCE)
    if before is None:
        raise Refused(
            "No policy is in force that a candidate could be compared with: publish one without "
            "--canary or --shadow first."
        )
    if before.version == policy.version:
        raise Refused(
            f"Version {policy.version} is in force: give the candidate a `version` of its own, "
            "by which its decisions are known."
        )
    if before.base_currency != policy.base_currency:
        raise Refused(
            f"The policy in force counts in {before.base_currency} and the candidate in "
            f"{policy.base_currency}: their decisions cannot be compared."
        )
    if percent is not None and not 0 < percent <= HUNDRED:
        raise Refused("A canary takes more than 0 and up to 100 percent of the requests.")
    return {CANDIDATE: replace(policy, policy_id=CANDIDATE, canary_percent=percent)}


def promoted(known: Known) -> Changes:
    """Put the candidate in force for all. Raises Refused when there is none."""
    candidate = known.get(CANDIDATE)
    if candidate is None:
        raise Refused(
            "There is no candidate to promote: `manifold policy publish FILE --canary 10` or "
            "`--shadow` makes one."
        )
    return put_in_force(known, candidate)


def rolled_back(known: Known) -> Changes:
    """Give up the candidate; without one, bring back the policy that was in force before.

    The one that is taken back then is what was in force before. Raises Refused.
    """
    if CANDIDATE in known:
        return {CANDIDATE: None}
    before = known.get(PREVIOUS)
    if before is None:
        raise Refused("There is no candidate to give up, and no earlier policy to bring back.")
    return put_in_force(known, before)
