"""A backtest over what the flows have read and written finds what another policy changes."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec.structs import replace

from connectors.stream import Decoded
from flows import fraud, inventory, pricing, validation
from manifold.backtest import Backtest, Decision, Decisions, References, empty_state
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.decision_table import DecisionRow
from operators.reference import ReferencePolicy
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded
from tests.contract.flow_run import MemoryRuntime, extracted, whole_pipeline
from tests.contract.generated_records import AT, CODEC, CONTRACTS, WORLD, decoder

POLICY: ReferencePolicy = WORLD.policy
REST = DecisionRow(name="rest", status="APPROVED", reason="Nothing speaks against it.")


@cache
def references() -> References:
    """The reference data of the generated world, as the flows see it."""

    def runtime(flow: str) -> MemoryRuntime:
        return MemoryRuntime(flow, (), reference=True)

    return References(
        validation.reference(runtime("validation")),
        inventory.reference(runtime("inventory")),
        fraud.reference(runtime("fraud")),
        pricing.reference(runtime("pricing")),
    )


def topic(record: type[Any]) -> str:
    return CONTRACTS.topic_of(record).name


def decisions() -> list[InvoiceDecision]:
    """What was decided on the generated invoices by their branches alone."""
    decode = CODEC.decoder(InvoiceDecision)
    every = [decode(each.value or b"") for each in whole_pipeline()[topic(InvoiceDecision)]]
    return [each for each in every if each.revision == 1 and each.branches]


def past() -> Decisions:
    """The same, as a backtest knows it."""
    found = Decisions()
    decode = CODEC.decoder(Decision)
    for each in whole_pipeline()[topic(InvoiceDecision)]:
        found.add(decode(each.value or b""))
    return found


def history() -> Iterator[Decoded[Any]]:
    """What the branches have read, in the order in which it was written."""
    for topics, record in (
        (extracted(), InvoiceUploaded),
        (extracted(), InvoiceOcrCompleted),
        (whole_pipeline(), InvoiceSettled),
    ):
        for each in topics[topic(record)]:
            yield Decoded(decoder(each.topic)(each.value or b""), each)


def backtested(candidate: ReferencePolicy, **of: Any) -> Backtest:
    """A backtest over the whole history."""
    known = of.pop("known", {POLICY.version: POLICY})
    run = Backtest(references(), candidate, POLICY, known, of.pop("decisions", past()), **of)
    state = empty_state()
    for record in history():
        run.take(state, record)
    return run


def test_the_policy_that_was_in_force_changes_nothing() -> None:
    run = backtested(POLICY)
    assert run.judged == len(decisions())
    assert (run.by_policy.changed, run.anyway.changed, run.undecided) == (0, 0, 0)


def test_a_limit_changes_exactly_the_decisions_beyond_it() -> None:
    amounts = sorted(each.amount or 0 for each in decisions() if each.status == "APPROVED")
    limit = amounts[len(amounts) // 2]
    large = DecisionRow(name="large", status="REVIEW", reason="Large.", amount_from=limit)
    errors = DecisionRow(
        name="refused",
        status="REJECTED",
        reason="An error.",
        any_branch=("REJECTED", "UNAVAILABLE", "FAIL", "MISMATCH"),
        with_error=True,
    )
    doubts = DecisionRow(
        name="doubtful",
        status="REVIEW",
        reason="A doubt.",
        any_branch=("LIMITED", "WARNING", "DEVIATION", "UNAVAILABLE", "FAIL", "MISMATCH"),
    )
    candidate = replace(POLICY, version="2", decision=(errors, large, doubts, REST))

    run = backtested(candidate)

    beyond = [
        each for each in decisions() if each.status == "APPROVED" and (each.amount or 0) >= limit
    ]
    [move] = run.by_policy.moves()
    assert (move.before, move.after, move.count) == ("APPROVED", "REVIEW", len(beyond))
    assert move.amount == run.by_policy.amount == sum(each.amount or 0 for each in beyond)
    assert set(move.examples) <= {each.request_id for each in beyond}
    assert [cause.what for cause in run.by_policy.causes()] == ["row no table → “large”"]
    assert run.anyway.changed == 0


def test_a_branch_that_judges_otherwise_leaves_no_trace_in_the_state() -> None:
    nothing_goes = replace(POLICY, version="2", fraud_warning_score=0)
    states = []
    for candidate in (POLICY, nothing_goes):
        run = Backtest(references(), candidate, POLICY, {}, past())
        state = empty_state()
        for record in history():
            run.take(state, record)
        states.append(
            {
                (flow, name): dict(table.items())
                for flow, tables in state.items()
                for name, table in tables.items()
            }
        )
    assert states[0] == states[1] != {}
    assert run.by_policy.changed > 0
    assert any(cause.what == "fraud: PASS → WARNING" for cause in run.by_policy.causes())


def points_at_a_document(record: object) -> bool:
    return isinstance(record, InvoiceUploaded) and record.invoice is None


def test_only_what_was_uploaded_in_the_time_asked_for_is_judged() -> None:
    everything = len(decisions())
    read = [each for each in history() if not points_at_a_document(each.record)]
    for first in (0, 5, everything):
        run = Backtest(references(), POLICY, POLICY, {}, past(), AT + first, AT + everything - 2)
        state = empty_state()
        for number, record in enumerate(read):
            run.take(
                state, replace(record, received=replace(record.received, timestamp=AT + number))
            )
        rest = max(0, everything - 2 - first)
        assert (run.judged, run.rebuilt) == (rest, everything - 2 - rest)


def test_invoices_without_a_decision_are_compared_with_the_policy_in_force() -> None:
    every = replace(POLICY, version="2", decision=(replace(REST, status="REVIEW"),))
    run = backtested(every, decisions=Decisions())
    assert run.undecided == run.judged == len(decisions())
    approved = sum(each.status == "APPROVED" for each in decisions())
    [move] = [each for each in run.by_policy.moves() if each.before == "APPROVED"]
    assert move.count == approved


def test_what_the_policy_of_then_would_decide_otherwise_too_is_told_apart() -> None:
    changed = Decisions()
    decode = CODEC.decoder(Decision)
    for each in whole_pipeline()[topic(InvoiceDecision)]:
        changed.add(replace(decode(each.value or b""), status="REVIEW", revision=2))
    run = backtested(replace(POLICY, version="2", decision=(REST,)), decisions=changed)
    approved = sum(each.status == "APPROVED" for each in decisions())
    assert run.anyway.changed == approved
    assert run.by_policy.changed == len(decisions()) - approved


def test_an_upload_that_comes_twice_is_judged_once() -> None:
    run = Backtest(references(), POLICY, POLICY, {}, past())
    state = empty_state()
    for record in (*history(), *history()):
        run.take(state, record)
    assert run.judged == len(decisions())
    assert run.stood_in == len(decisions())
