"""The policy as people write it: what is taken, and what is said of mistakes."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from connectors.policy_file import PolicyError, read_policy, write_policy
from operators.decide import WORST_DECIDES
from operators.decision_table import DecisionRow
from operators.money import parse
from operators.reference import RuleSetting, SignalWeight

POLICY = """\
version: "7"
base_currency: EUR
limits:
  approval: 10000
  approval_margin_percent: 5
tolerances:
  price: {percent: 0.1, amount: 0.05}
validation:
  maximum_age_days: 365
  future_days: 3
  rules:
    BR-01: OFF
    BR-02: WARNING
fraud:
  warning_score: 40
  fail_score: 80
  unusual_amount_factor: 2.5
  weights:
    duplicate: 90
decision:
  - row: refused
    when:
      any: [REJECTED, UNAVAILABLE, FAIL, MISMATCH]
      with_error: yes
    status: REJECTED
    reason: A branch found an error.
  - row: large
    when: {amount_from: 10000.50, vendor_classes: [new]}
    status: REVIEW
    approvers: finance
    reason: A large amount of a new vendor.
  - row: rest
    status: APPROVED
    reason: Nothing speaks against it.
review:
  four_eyes_from: 5000
  expire_days: 14
"""


def test_every_field_is_read_from_its_place() -> None:
    policy = read_policy(POLICY)

    assert (policy.policy_id, policy.version, policy.base_currency) == ("default", "7", "EUR")
    assert policy.approval_limit == parse("10000")
    assert (policy.price_tolerance_percent, policy.price_tolerance_amount) == (
        parse("0.1"),
        parse("0.05"),
    )
    assert (policy.quantity_tolerance_percent, policy.quantity_tolerance_amount) == (0, 0)
    assert policy.unusual_amount_factor == parse("2.5")
    assert policy.peppol_rules is True
    assert policy.exchange_rate_days == 7
    assert policy.rules == (RuleSetting("BR-01", "OFF"), RuleSetting("BR-02", "WARNING"))
    assert policy.weights == (SignalWeight("duplicate", 90),)
    assert (policy.four_eyes_from, policy.review_expire_days) == (parse("5000"), 14)
    assert policy.decision[0].any_branch == ("REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH")
    assert policy.decision[0].with_error is True
    assert policy.decision[1] == DecisionRow(
        name="large",
        status="REVIEW",
        approvers="finance",
        reason="A large amount of a new vendor.",
        amount_from=parse("10000.50"),
        vendor_classes=("new",),
    )


def test_a_limit_of_days_for_exchange_rates_is_read_and_held_to_be_one() -> None:
    given = POLICY.replace("decision:", "pricing: {exchange_rate_days: 4}\ndecision:", 1)
    assert read_policy(given).exchange_rate_days == 4
    with pytest.raises(PolicyError, match=r"line 20, pricing.exchange_rate_days"):
        read_policy(given.replace("4}", "-1}"))


def test_what_is_written_reads_the_same() -> None:
    policy = read_policy(POLICY)

    assert read_policy(write_policy(policy)) == policy
    assert "  percent: 0.1\n" in write_policy(policy)


def test_without_a_decision_table_the_one_by_which_it_decides_is_written() -> None:
    policy = replace(read_policy(POLICY), decision=())

    assert read_policy(write_policy(policy)).decision == WORST_DECIDES


@dataclass(frozen=True)
class Mistake:
    written: str
    instead: str
    line: int
    said: str


MISTAKES = [
    Mistake("base_currency: EUR", "base_currency: EURO", 2, "base_currency: is no currency"),
    Mistake("approval: 10000", "aproval: 10000", 4, "limits.aproval: is not known here"),
    Mistake("approval: 10000", "aproval: 10000", 3, "limits.approval: is missing"),
    Mistake("percent: 0.1,", "percent: much,", 7, "tolerances.price.percent: Input should be"),
    Mistake("percent: 0.1,", "percent: 0.123456789,", 7, "more than 8 decimal places"),
    Mistake("BR-01: OFF", "BR-0: OFF", 11, "BR-0 is no rule"),
    Mistake("BR-02: WARNING", "BR-02: LOUD", 13, "validation.rules.BR-02: Input should be"),
    Mistake("duplicate: 90", "duplicates: 90", 18, "duplicates is no signal; known are"),
    Mistake("duplicate: 90", "duplicate: 101", 19, "fraud.weights.duplicate: Input should be"),
    Mistake("FAIL, MISMATCH]", "FAIL, MISSMATCH]", 23, "decision.0.when.any.3"),
    Mistake("row: large", "row: refused", 20, "two rows are called “refused”"),
    Mistake(
        "  - row: rest\n", "  - row: rest\n    when: {fraud: [PASS]}\n", 20, "without conditions"
    ),
    Mistake(
        "when: {amount_from", "when: {}\n    x: {amount_from", 29, "decision.1.x: is not known"
    ),
    Mistake("fail_score: 80", "fail_score: 80\n  fail_score: 90", 17, "fail_score is given twice"),
    Mistake("row: large", "row: a person", 20, "no row may be called “a person”"),
    Mistake("expire_days: 14", "expire_days: 31", 37, "review.expire_days: Input should be"),
    Mistake("limits:", "limits: [", 5, "this is not YAML"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.said)
def test_a_mistake_is_told_with_its_line(mistake: Mistake) -> None:
    assert mistake.written in POLICY

    with pytest.raises(PolicyError) as caught:
        read_policy(POLICY.replace(mistake.written, mistake.instead, 1))

    assert any(
        said.startswith(f"line {mistake.line}") and mistake.said in said
        for said in caught.value.mistakes
    ), caught.value.mistakes


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text", "\x00"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        read_policy(text)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(POLICY.replace("EUR", "EURO").replace("BR-01", "BR-0"))

    assert len(caught.value.mistakes) == 2
