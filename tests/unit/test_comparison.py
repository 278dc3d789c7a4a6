"""What a candidate came to, from the decisions alone."""

from typing import Any

from operators.comparison import (
    BranchStatus,
    Comparison,
    DecisionSeen,
    Outcome,
    ShadowOutcome,
    ShadowStatus,
    Trial,
    latest,
)
from operators.review import PERSON


def decision(request: str, status: Any, **more: Any) -> DecisionSeen:
    values: dict[str, Any] = {"revision": 1, "amount": 100, "policy_version": "1", **more}
    return DecisionSeen(request_id=request, status=status, **values)


def test_the_latest_revision_of_each_attempt_counts() -> None:
    found = latest(
        [
            decision("r-1", "REVIEW"),
            decision("r-1", "APPROVED", revision=3),
            decision("r-1", "REJECTED", revision=2),
            decision("r-1", "REVIEW", attempt=2),
            decision("r-1", "APPROVED", attempt=2, revision=2, decided_by=PERSON),
        ]
    )
    assert {key: each.status for key, each in found.items()} == {
        ("r-1", 1): "APPROVED",
        ("r-1", 2): "REVIEW",
    }


def test_a_canary_is_compared_with_the_requests_it_did_not_judge() -> None:
    trial = Trial("1", "2")
    branches = (BranchStatus("FRAUD", "PASS", "1"),)
    trial.add(decision("r-1", "APPROVED", branches=branches))
    trial.add(decision("r-2", "APPROVED", amount=None))
    trial.add(decision("r-3", "REVIEW", policy_version="2", canary=True))
    trial.add(decision("r-4", "REVIEW", policy_version="0", mixed_policies=True))

    ours, theirs = trial.by_policy, trial.by_candidate
    assert (ours.decided, theirs.decided, trial.elsewise, trial.mixed) == (2, 1, 1, 1)
    assert (ours.statuses["APPROVED"].count, ours.statuses["APPROVED"].amount) == (2, 100)
    assert ours.branches == {"fraud": {"PASS": 1}}
    assert theirs.statuses["REVIEW"].examples == ["r-3"]


def test_a_shadow_is_compared_on_the_same_requests() -> None:
    trial = Trial("1", "2")
    for number in range(7):
        trial.add(
            decision(
                f"r-{number}",
                "APPROVED",
                decided_by="clean",
                branches=(
                    BranchStatus("FRAUD", "PASS", "1", ShadowStatus("2", "FAIL")),
                    BranchStatus("PRICING", "MATCH", "1", ShadowStatus("2", "MATCH")),
                ),
                shadow=ShadowOutcome("2", "REJECTED", "fails"),
            )
        )
    trial.add(decision("r-7", "APPROVED", shadow=ShadowOutcome("2", "APPROVED")))
    trial.add(decision("r-8", "APPROVED", shadow=ShadowOutcome("0", "REJECTED")))
    trial.add(decision("r-9", "APPROVED"))

    [move] = trial.shadow.moves()
    assert (trial.shadow.compared, trial.shadow.changed, trial.shadow.amount) == (8, 7, 700)
    assert (move.before, move.after, move.count) == ("APPROVED", "REJECTED", 7)
    assert move.examples == ["r-0", "r-1", "r-2", "r-3", "r-4"]
    assert [(each.what, each.count) for each in trial.shadow.causes()] == [
        ("fraud: PASS → FAIL", 7),
        ("row “clean” → “fails”", 7),
    ]
    assert trial.branches["fraud"].changed == 7
    assert trial.branches["pricing"].changed == 0


def test_rules_are_named_that_are_broken_or_kept_by_one_only() -> None:
    found = Comparison()
    before = Outcome("REVIEW", None, (("FRAUD", "WARNING"),), frozenset({"A", "B"}))
    after = Outcome("REJECTED", None, (("FRAUD", "WARNING"),), frozenset({"B", "C"}))
    found.add("r-1", before, after, None)
    found.add("r-2", before, before, 5)
    assert [cause.what for cause in found.causes()] == ["A is kept", "C is broken"]
    assert (found.statuses("before"), found.statuses("after")) == (
        {"REVIEW": 2},
        {"REJECTED": 1, "REVIEW": 1},
    )
