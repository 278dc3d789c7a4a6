"""Which policy a request is judged by: the one in force, or a candidate that is being tried.

A candidate is in force for a share of the requests (a canary), or judges beside the policy in
force without deciding anything (in shadow).

>>> [in_share(f"r-{number}", 10 * ONE) for number in range(12)].count(True)
1
>>> all(in_share(f"r-{number}", 100 * ONE) for number in range(1_000))
True
"""

from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from operators.decision import BranchAnswer
from operators.money import ONE, Amount
from operators.reference import ReferencePolicy
from operators.table import Lookup

IN_FORCE = "default"
"""Key of the policy in force."""
CANDIDATE = "candidate"
"""Key of the policy that is being tried."""
PREVIOUS = "previous"
"""Key of the policy that was in force before, for a way back."""

_ALL = 100 * ONE
_BITS = 64


class Chosen(Struct, frozen=True, gc=False):
    """What a request is judged by."""

    policy: ReferencePolicy | None
    """What decides; None when there is none."""
    canary: bool = False
    """Whether that is the candidate."""
    shadow: ReferencePolicy | None = None
    """A candidate that judges beside it."""
    mixed: bool = False
    """Whether something has been judged by another policy than what decides."""


_NONE = Chosen(None)


def in_share(request_id: str, percent: Amount) -> bool:
    """Whether a request is in a share of all requests: the same everywhere, at any time.

    The first eight bytes of the SHA-256 of the request's identifier in UTF-8, read as a number
    below 2^64, are below that share of 2^64. So a larger share holds all that a smaller one does.
    """
    digest = sha256(request_id.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") * _ALL < percent << _BITS


def chosen(policies: Lookup[ReferencePolicy], request_id: str) -> Chosen:
    """What a request is judged by.

    A candidate of the version that is in force has been promoted, and is one no longer.
    """
    policy = policies.get(IN_FORCE)
    if policy is None:
        return _NONE
    candidate = policies.get(CANDIDATE)
    if candidate is None or candidate.version == policy.version:
        return Chosen(policy)
    if candidate.canary_percent is None:
        return Chosen(policy, shadow=candidate)
    if in_share(request_id, candidate.canary_percent):
        return Chosen(candidate, canary=True)
    return Chosen(policy)


def judge_alike(one: ReferencePolicy, other: ReferencePolicy) -> bool:
    """Whether the branches' answers are the same by both, so that only the tables may differ."""
    return _for_branches(one) == _for_branches(other)


def _for_branches(policy: ReferencePolicy) -> ReferencePolicy:
    return replace(
        policy,
        policy_id="",
        version="",
        decision=(),
        canary_percent=None,
        four_eyes_from=None,
        review_expire_days=0,
        reading_accept=None,
        reading_again=None,
        reading_model=None,
        quantity_tolerance_amount=policy.quantity_tolerance_amount or 0,
    )


def chosen_for(
    policies: Lookup[ReferencePolicy], request_id: str, answers: Sequence[BranchAnswer]
) -> Chosen:
    """What the answers to a request are decided by: the policy they were judged by.

    That may have been put in force, or taken out of it, since: it is still known then. Where
    the branches have judged by different ones, it is the one that the request is judged by now.
    """
    found = chosen(policies, request_id)
    if found.policy is None:
        return found
    version = found.policy.version
    for answer in answers:
        if answer.policy_version != version:
            return _judged_by_another(policies, found, answers)
    return found


def _judged_by_another(
    policies: Lookup[ReferencePolicy], found: Chosen, answers: Sequence[BranchAnswer]
) -> Chosen:
    policy, canary = found.policy, found.canary
    judged = {answer.policy_version for answer in answers if answer.status != "UNKNOWN"}
    if len(judged) == 1:
        for key in (IN_FORCE, CANDIDATE, PREVIOUS):
            known = policies.get(key)
            if known is not None and known.version in judged:
                policy, canary = known, key == CANDIDATE
                break
    assert policy is not None
    mixed = any(answer.policy_version != policy.version for answer in answers)
    return Chosen(policy, canary, found.shadow, mixed)
