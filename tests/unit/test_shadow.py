"""A judgement in shadow leaves no trace, stops nothing, and decides nothing."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.branch import Answers, Case, Judge, unjudged
from connectors.postponed import POSTPONED, Limits, Postponement
from connectors.stream import Decoded, Produced, Received
from connectors.tables import Tables
from manifold.cli.policy import starter_policy
from manifold.generator import invoices, world
from operators.candidate import CANDIDATE, IN_FORCE
from operators.decision import BranchAnswer
from operators.decision_table import DecisionRow
from operators.freshness import Lack
from operators.join import answer_of
from operators.judgement import Judgement
from operators.reference import ReferencePolicy
from operators.result import FraudDetails, FraudResult, ShadowAnswer, Violation
from operators.resumption import Rate
from operators.ruling import by_shadow, ruled
from operators.table import Lookup, MemoryTable, Overlay

AT = 1_772_442_900_000
OLD = replace(starter_policy(), version="1")
NEW = replace(OLD, version="2", fraud_warning_score=1)
POLICIES: Lookup[ReferencePolicy] = {IN_FORCE: OLD, CANDIDATE: NEW}
NOTHING: Tables = {}
[SAMPLE] = invoices(world(1, 1, datetime.fromtimestamp(AT / 1_000, UTC).date()), 1, 1, AT)
UPLOAD: Decoded[Any] = Decoded(SAMPLE.upload, Received("t", 0, 0, b"", b"", [], AT))
FOUND = Violation("MF-1", "Something.", "WARNING")
KEYS = st.sampled_from("abcd")
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "get"]), KEYS, st.integers()), max_size=30
)


def judged(
    judge: Judge,
    tables: Tables = NOTHING,
    policies: Lookup[ReferencePolicy] = POLICIES,
    lack: Lack | None = None,
) -> FraudResult:
    """What the branch answers by a function."""
    postponement = Postponement(
        "fraud", Rate(1), lambda _: None, lambda *_: [], Limits(), lambda _: lack
    )
    answers = Answers(FraudResult, policies, unjudged(FraudDetails(0)), postponement)
    kept = {POSTPONED.name: MemoryTable[Any](), **tables}
    [written] = answers(UPLOAD, AT, judge, kept)
    assert isinstance(written, Produced)
    assert isinstance(written.record, FraudResult)
    return written.record


@given(before=st.dictionaries(KEYS, st.integers()), operations=OPERATIONS)
def test_an_overlay_is_like_a_copy_and_never_changes_what_is_under_it(
    before: dict[str, int], operations: list[tuple[str, str, int]]
) -> None:
    under, copy = MemoryTable[int](), MemoryTable[int]()
    for key, value in before.items():
        under.put(key, value)
        copy.put(key, value)
    over = Overlay(under)
    for operation, key, value in operations:
        for table in (over, copy):
            if operation == "put":
                table.put(key, value)
            elif operation == "delete":
                table.delete(key)
        assert over.get(key) == copy.get(key)
        assert list(over.items()) == list(copy.items())
    assert dict(under.items()) == before


def test_both_judge_what_was_known_before_and_only_one_is_remembered() -> None:
    table = MemoryTable[str]()
    table.put("seen", "nothing")

    def judge(case: Case) -> Judgement[FraudDetails]:
        known = case.tables["vendors"].get("seen")
        case.tables["vendors"].put("seen", case.policy.version)
        return Judgement("PASS", FraudDetails(0), (Violation("MF-1", str(known), "INFO"),))

    result = judged(judge, {"vendors": table})

    assert result.violations[0].message == "nothing"
    assert result.shadow == ShadowAnswer("2", "PASS")
    assert table.get("seen") == "1"


def test_only_what_is_different_is_written_and_not_too_much_of_it() -> None:
    def judge(case: Case) -> Judgement[FraudDetails]:
        if case.policy.version == "1":
            return Judgement("PASS", FraudDetails(0), (FOUND,))
        return Judgement("FAIL", FraudDetails(90), (FOUND,) * 50)

    result = judged(judge)

    assert (result.status, result.policy_version, result.canary) == ("PASS", "1", False)
    assert result.violations == (FOUND,)
    assert result.shadow == ShadowAnswer("2", "FAIL", None, (FOUND,) * 20)


def test_a_judgement_in_shadow_that_fails_is_unknown_and_stops_nothing() -> None:
    def judge(case: Case) -> Judgement[FraudDetails]:
        if case.policy.version == "2":
            raise ZeroDivisionError("a secret")
        return Judgement("PASS", FraudDetails(0))

    result = judged(judge)

    assert result.status == "PASS"
    assert result.shadow == ShadowAnswer("2", "UNKNOWN", "judging it failed with ZeroDivisionError")


def test_while_a_part_is_away_neither_judges() -> None:
    def judge(case: Case) -> Judgement[FraudDetails]:
        raise AssertionError("there is nothing to judge by")

    result = judged(judge, lack=Lack("vendors", "the vendors are stale"))

    assert (result.status, result.unknown_reason) == ("UNKNOWN", "the vendors are stale")
    assert result.shadow == ShadowAnswer("2", "UNKNOWN", "the vendors are stale")


def test_where_only_the_table_is_different_an_invoice_is_judged_once() -> None:
    asked: list[str] = []

    def judge(case: Case) -> Judgement[FraudDetails]:
        asked.append(case.policy.version)
        return Judgement("PASS", FraudDetails(0), (FOUND,))

    row = DecisionRow(name="all", status="REVIEW", reason="All.")
    tables_differ = {IN_FORCE: OLD, CANDIDATE: replace(OLD, version="2", decision=(row,))}

    result = judged(judge, policies=tables_differ)

    assert asked == ["1"]
    assert result.shadow == ShadowAnswer("2", "PASS")


def answer(status: str, shadow: ShadowAnswer | None) -> BranchAnswer:
    result = judged(lambda case: Judgement("PASS", FraudDetails(0), (FOUND,)))
    return answer_of(replace(result, status=status, shadow=shadow))


def test_the_shadow_decides_by_its_own_table_once_all_have_judged_by_it() -> None:
    row = DecisionRow(name="fails", status="REJECTED", reason="Fails.", fraud=("FAIL",))
    rest = DecisionRow(name="rest", status="APPROVED", reason="Nothing.")
    policies = {IN_FORCE: OLD, CANDIDATE: replace(NEW, decision=(row, rest))}
    fails = answer("PASS", ShadowAnswer("2", "FAIL"))

    found = ruled(policies, "r-1", (fails,), None, None)

    assert (found.canary, found.mixed) == (False, False)
    assert found.shadow is not None
    assert (found.shadow.status, found.shadow.decided_by) == ("REJECTED", "fails")
    for lacking in (None, ShadowAnswer("0", "PASS")):
        both = (fails, answer("PASS", lacking))
        assert ruled(policies, "r-1", both, None, None).shadow is None


def test_what_the_shadow_leaves_out_is_as_in_the_answer() -> None:
    [same] = by_shadow([answer("PASS", ShadowAnswer("2", "PASS"))], "2") or ()
    assert (same.violations, same.policy_version) == ((FOUND,), "2")
    [other] = by_shadow([answer("PASS", ShadowAnswer("2", "PASS", None, ()))], "2") or ()
    assert other.violations == ()


def test_answers_by_different_policies_are_decided_and_said_to_be_mixed() -> None:
    old = answer("PASS", None)
    new = replace(old, policy_version="2", branch="PRICING", status="MATCH")
    found = ruled({IN_FORCE: NEW}, "r-1", (old, new), None, None)
    assert (found.mixed, found.policy) == (True, NEW)
