"""The decision table: rows in order, conditions, and what would have to change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.decide import BRANCHES, WORST_DECIDES, facts_of, status_of
from operators.decision import Branch, BranchAnswer
from operators.decision_table import DecisionRow, Facts, applied, explained
from operators.money import ONE
from operators.result import Violation

STATUSES: dict[Branch, tuple[str, ...]] = {
    "VALIDATION": ("APPROVED", "REJECTED", "UNKNOWN", "MISSING"),
    "INVENTORY": ("AVAILABLE", "LIMITED", "UNAVAILABLE", "UNKNOWN", "MISSING"),
    "FRAUD": ("PASS", "WARNING", "FAIL", "UNKNOWN", "MISSING"),
    "PRICING": ("MATCH", "DEVIATION", "MISMATCH", "UNKNOWN", "MISSING"),
}
ANY_STATUSES = st.tuples(*map(st.sampled_from, STATUSES.values()))
ANY_ERRORS = st.frozensets(st.sampled_from(BRANCHES))


def row(name: str, status: Any, **conditions: Any) -> DecisionRow:
    return DecisionRow(name=name, status=status, reason=f"Because of {name}.", **conditions)


def facts(errors: frozenset[Branch] = frozenset(), **changed: Any) -> Facts:
    good: dict[Branch, str] = {
        "VALIDATION": "APPROVED",
        "INVENTORY": "AVAILABLE",
        "FRAUD": "PASS",
        "PRICING": "MATCH",
    }
    statuses = {branch: changed.pop(branch.lower(), status) for branch, status in good.items()}
    return Facts(statuses=statuses, errors=errors, **changed)


@given(statuses=ANY_STATUSES, errors=ANY_ERRORS)
def test_the_worst_answer_decides(statuses: tuple[str, ...], errors: frozenset[Branch]) -> None:
    now = Facts(statuses=dict(zip(BRANCHES, statuses, strict=True)), errors=errors)
    wrong = (Violation("R", "Wrong.", "ERROR"),)
    answers = [
        BranchAnswer(
            branch=branch,
            status=status,
            violations=wrong if branch in errors else (),
            decided_at=0,
            latency_ms=0,
            policy_version="1",
        )
        for branch, status in now.statuses.items()
        if status != "MISSING"
    ]

    assert applied(WORST_DECIDES, now).status == status_of(answers)
    there = errors & {answer.branch for answer in answers}
    assert facts_of(answers, None, None) == Facts(statuses=now.statuses, errors=there)


@pytest.mark.parametrize(
    ("conditions", "holds", "fails"),
    [
        ({"fraud": ("PASS",)}, facts(), facts(fraud="WARNING")),
        ({"pricing": ("MISMATCH",)}, facts(pricing="MISMATCH"), facts(fraud="MISMATCH")),
        (
            {"validation": ("REJECTED",), "with_error": True},
            facts(frozenset({"VALIDATION"}), validation="REJECTED"),
            facts(frozenset({"FRAUD"}), validation="REJECTED"),
        ),
        (
            {"any_branch": ("LIMITED",), "with_error": True},
            facts(frozenset({"INVENTORY"}), inventory="LIMITED"),
            facts(inventory="LIMITED"),
        ),
        ({"amount_from": ONE}, facts(amount=ONE), facts(amount=ONE - 1)),
        ({"amount_from": ONE}, facts(amount=None), facts(amount=0)),
        ({"amount_below": ONE}, facts(amount=ONE - 1), facts(amount=ONE)),
        ({"amount_below": ONE}, facts(amount=-ONE), facts(amount=None)),
        ({"vendor_classes": ("A",)}, facts(vendor_class="A"), facts(vendor_class="B")),
        ({"vendor_classes": ("A",)}, facts(vendor_class="A"), facts()),
        (
            {"inventory": ("LIMITED",), "amount_below": ONE},
            facts(inventory="LIMITED", amount=0),
            facts(amount=0),
        ),
    ],
)
def test_a_row_fits_when_all_its_conditions_hold(
    conditions: dict[str, Any], holds: Facts, fails: Facts
) -> None:
    rows = (row("it", "REJECTED", **conditions), row("rest", "APPROVED"))

    assert applied(rows, holds).name == "it"
    assert applied(rows, fails).name == "rest"


def test_the_first_row_that_fits_decides() -> None:
    rows = (row("first", "REVIEW"), row("second", "APPROVED"))

    assert applied(rows, facts()).name == "first"


def test_without_a_row_that_fits_a_person_decides() -> None:
    assert applied((), facts()).status == "REVIEW"
    assert applied((row("it", "APPROVED", fraud=("FAIL",)),), facts()).status == "REVIEW"


def test_an_explanation_says_what_would_have_to_change() -> None:
    said = explained(WORST_DECIDES, facts(inventory="LIMITED"))

    assert said.row.name == "doubtful"
    assert said.because == (
        "a branch answers LIMITED, WARNING, DEVIATION, REJECTED, UNAVAILABLE, FAIL or MISMATCH",
    )
    assert [(other.name, other.needs) for other in said.otherwise] == [
        ("refused", ("a branch answers REJECTED, UNAVAILABLE, FAIL or MISMATCH with an error",)),
        ("clean", ("“doubtful” does not fit",)),
    ]


@given(statuses=ANY_STATUSES, errors=ANY_ERRORS)
def test_what_is_said_to_be_needed_does_not_hold(
    statuses: tuple[str, ...], errors: frozenset[Branch]
) -> None:
    now = Facts(statuses=dict(zip(BRANCHES, statuses, strict=True)), errors=errors)
    said = explained(WORST_DECIDES, now)

    assert all(other.needs for other in said.otherwise)
    assert {other.status for other in said.otherwise} == {
        each.status for each in WORST_DECIDES if each.status != said.row.status
    }
