"""What four answers amount to."""

from collections.abc import Mapping, Sequence

from operators.decision import Branch, BranchAnswer, DecisionStatus
from operators.decision_table import MISSING, DecisionRow, Facts
from operators.money import Amount
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    ValidationResult,
)

NAMES: Mapping[type[Result], Branch] = {
    ValidationResult: "VALIDATION",
    InventoryResult: "INVENTORY",
    FraudResult: "FRAUD",
    PricingResult: "PRICING",
}
"""The branch that writes a kind of result."""

BRANCHES: tuple[Branch, ...] = tuple(NAMES.values())
"""All branches, in the order decisions list them."""

VERDICTS: Mapping[tuple[Branch, str], DecisionStatus] = {
    ("VALIDATION", "APPROVED"): "APPROVED",
    ("VALIDATION", "REJECTED"): "REJECTED",
    ("INVENTORY", "AVAILABLE"): "APPROVED",
    ("INVENTORY", "LIMITED"): "REVIEW",
    ("INVENTORY", "UNAVAILABLE"): "REJECTED",
    ("FRAUD", "PASS"): "APPROVED",
    ("FRAUD", "WARNING"): "REVIEW",
    ("FRAUD", "FAIL"): "REJECTED",
    ("PRICING", "MATCH"): "APPROVED",
    ("PRICING", "DEVIATION"): "REVIEW",
    ("PRICING", "MISMATCH"): "REJECTED",
}
"""What one answer alone would decide at worst. One that is not listed asks for a person."""


def verdict(answer: BranchAnswer) -> DecisionStatus:
    """What one answer alone would decide; only a violation of severity ERROR rejects."""
    listed = VERDICTS.get((answer.branch, answer.status), "UNKNOWN")
    if listed == "REJECTED" and not any(
        violation.severity == "ERROR" for violation in answer.violations
    ):
        return "REVIEW"
    return listed


def status_of(answers: Sequence[BranchAnswer]) -> DecisionStatus:
    """The decision: the worst of the answers, REVIEW while one is missing or UNKNOWN.

    >>> status_of([])
    'REVIEW'
    """
    verdicts = set(map(verdict, answers))
    if len(answers) < len(BRANCHES) or "UNKNOWN" in verdicts:
        return "REVIEW"
    if "REJECTED" in verdicts:
        return "REJECTED"
    return "REVIEW" if "REVIEW" in verdicts else "APPROVED"


WORST_DECIDES: tuple[DecisionRow, ...] = (
    DecisionRow(
        name="incomplete",
        status="REVIEW",
        reason="A branch has not answered, or could not do its work.",
        any_branch=("UNKNOWN", MISSING),
    ),
    DecisionRow(
        name="refused",
        status="REJECTED",
        reason="A branch found an error.",
        any_branch=("REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"),
        with_error=True,
    ),
    DecisionRow(
        name="doubtful",
        status="REVIEW",
        reason="A branch found something that a person should look at.",
        any_branch=(
            *("LIMITED", "WARNING", "DEVIATION"),
            *("REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"),
        ),
    ),
    DecisionRow(name="clean", status="APPROVED", reason="Nothing speaks against it."),
)
"""`status_of` as a table: where a policy has none, it explains what was decided."""


def facts_of(
    answers: Sequence[BranchAnswer], amount: Amount | None, vendor_class: str | None
) -> Facts:
    """What a decision table looks at."""
    statuses: dict[Branch, str] = dict.fromkeys(BRANCHES, MISSING)
    statuses |= {answer.branch: answer.status for answer in answers}
    errors = {
        answer.branch
        for answer in answers
        if any(violation.severity == "ERROR" for violation in answer.violations)
    }
    return Facts(statuses=statuses, errors=errors, amount=amount, vendor_class=vendor_class)


STAYS = "by its answers now: stays"
"""In a change of what is settled, and would be decided otherwise with what has come since."""


_MISSING = "missing"


def was_missing(said: Sequence[str]) -> bool:
    """Whether `changes` say that the answer of a branch has come after the decision before."""
    return any(f": {_MISSING} → " in each for each in said)


def changes(
    before: Sequence[BranchAnswer],
    after: Sequence[BranchAnswer],
    old: DecisionStatus,
    new: DecisionStatus,
) -> tuple[str, ...]:
    """What is different between two revisions, a sentence a branch and one for the status."""
    then = {answer.branch: answer.status for answer in before}
    said = [
        f"{answer.branch.lower()}: {then.get(answer.branch, _MISSING)} → {answer.status}"
        for answer in after
        if then.get(answer.branch) != answer.status
    ]
    if old != new:
        said.append(f"status: {old} → {new}")
    return tuple(said)
