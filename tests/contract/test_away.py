"""What could not be judged because a part was away is judged when it is back, by itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.dead_letters import ERROR_REASON
from connectors.errors import Misconfigured
from connectors.postponed import PART
from connectors.runtime import Runtime
from connectors.services import EXCHANGE_RATES, PURCHASE_ORDERS
from connectors.stream import Batch, Event, Outgoing, Received, Tick
from flows import BRANCHES, FUSED
from operators.answer import NO_POLICY
from operators.decision import InvoiceDecision
from operators.freshness import Lack
from operators.money import ONE
from operators.reference import ReferenceExchangeRate, ReferencePurchaseOrder
from operators.resumption import Dependency, Postponed
from tests.contract.flow_run import MemoryRuntime, run, start
from tests.contract.generated_records import AT, CONTRACTS, SAMPLES, WORLD, decoded, sent

UPLOADS = [sent(sample.upload, offset) for offset, sample in enumerate(SAMPLES)]
DECISIONS = CONTRACTS.topic_of(InvoiceDecision).name
Steps = Sequence[Event[Received] | Callable[[], None]]


def stepwise(flow: str, make: Callable[[MemoryRuntime], Steps]) -> MemoryRuntime:
    """Run a flow that begins without reference data, an epoch a step."""
    runtime = MemoryRuntime(flow, [Batch(0, AT, UPLOADS)], reference=False)
    runtime.steps = make(runtime)
    return run(runtime)


def ticks(begin: int, end: int) -> list[Tick]:
    """A tick each 100 ms, in milliseconds from the start on."""
    return [Tick(0, AT + each) for each in range(begin, end, 100)]


def outage(runtime: MemoryRuntime) -> Steps:
    """Uploads come, five seconds later the reference data, and what was away is judged."""
    return [Batch(0, AT, UPLOADS), *ticks(0, 5_000), runtime.publish, *ticks(5_000, 9_000)]


def good(runtime: MemoryRuntime) -> list[Outgoing]:
    return [
        record
        for records in runtime.written
        for record in records
        if not record.topic.endswith(".dlq")
    ]


def by_request(records: Sequence[Outgoing]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in map(decoded, records):
        found.setdefault(record.request_id, []).append(record)
    return found


def tables(runtime: MemoryRuntime, flow: str) -> dict[str, dict[str, Any]]:
    held: Mapping[str, Any] = runtime.states[flow].partitions[0]
    return {name: dict(table.items()) for name, table in held.items()}


@pytest.mark.parametrize("flow", BRANCHES)
def test_each_request_is_answered_unknown_at_once_and_once_more_when_the_policy_is_there(
    flow: str,
) -> None:
    there = start(flow, [Batch(0, AT, UPLOADS)])
    expected = {key: answers[0] for key, answers in by_request(good(there)).items()}

    runtime = stepwise(flow, outage)

    for request, (first, second) in by_request(good(runtime)).items():
        assert (first.status, first.unknown_reason) == ("UNKNOWN", NO_POLICY)
        assert first.decided_at == AT
        assert AT + 5_000 <= second.decided_at < AT + 9_000
        assert replace(second, decided_at=AT) == expected.pop(request)
    assert not expected
    assert tables(runtime, flow) == tables(there, flow)


def test_one_process_for_all_decides_again_what_it_could_not_decide() -> None:
    there = start(FUSED, [Batch(0, AT, UPLOADS)])
    expected = by_request([each for each in good(there) if each.topic == DECISIONS])

    runtime = stepwise(FUSED, outage)

    revised = by_request([each for each in good(runtime) if each.topic == DECISIONS])
    assert revised.keys() == expected.keys()
    for request, revisions in revised.items():
        assert (revisions[0].status, revisions[0].revision) == ("REVIEW", 1)
        assert revisions[-1].status == expected[request][0].status
        assert [each.revision for each in revisions] == list(range(1, len(revisions) + 1))
    assert all(not tables(runtime, branch)["postponed"] for branch in BRANCHES)


def test_what_waits_and_for_what_stands_in_the_table() -> None:
    runtime = stepwise("pricing", lambda _: [Batch(0, AT, UPLOADS), *ticks(0, 3_000)])
    held = tables(runtime, "pricing")["postponed"]
    assert held.pop(PART + "policy") == Dependency("OPEN", AT, NO_POLICY)
    assert held == {
        sample.upload.request_id: Postponed(1, UPLOADS[0].topic, offset, "policy", AT)
        for offset, sample in enumerate(SAMPLES)
    }


def test_what_has_been_answered_meanwhile_is_not_judged_again() -> None:
    again = sent(SAMPLES[0].upload, 900)
    corrected = sent(replace(SAMPLES[1].upload, attempt=2), 901)

    def steps(runtime: MemoryRuntime) -> Steps:
        return [
            Batch(0, AT, UPLOADS[:3]),
            runtime.publish,
            Batch(0, AT + 10, [again, corrected]),
            *ticks(1_000, 4_000),
        ]

    answers = Counter(
        (record.request_id, record.attempt, record.status == "UNKNOWN")
        for record in map(decoded, good(stepwise("validation", steps)))
    )
    first, second, third = (sample.upload.request_id for sample in SAMPLES[:3])
    assert answers == {
        **{(request, 1, True): 1 for request in (first, second, third)},
        (first, 1, False): 1,
        (second, 2, False): 1,
        (third, 1, False): 1,
    }


def test_a_later_attempt_waits_in_place_of_the_earlier_one() -> None:
    corrected = sent(replace(SAMPLES[0].upload, attempt=2), 900)

    def steps(runtime: MemoryRuntime) -> Steps:
        runtime._events.append(("0", Batch(0, AT, [corrected])))
        return [
            Batch(0, AT, [corrected, UPLOADS[0]]),
            runtime.publish,
            *ticks(1_000, 4_000),
        ]

    answers = [decoded(each) for each in good(stepwise("validation", steps))]
    assert [(each.attempt, each.status == "UNKNOWN") for each in answers] == [
        (2, True),
        (1, True),
        (2, False),
    ]


def test_an_upload_that_is_gone_is_given_up_and_holds_no_other_up() -> None:
    def steps(runtime: MemoryRuntime) -> Steps:
        gone = replace(UPLOADS[0], offset=5_000)
        return [Batch(0, AT, [gone, UPLOADS[1]]), runtime.publish, *ticks(1_000, 5_000)]

    runtime = stepwise("validation", steps)
    assert [decoded(each).status == "UNKNOWN" for each in good(runtime)] == [True, True, False]
    assert tables(runtime, "validation") == {"postponed": {}}


def test_nothing_is_answered_later_than_the_join_remembers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    day = 86_400_000

    def steps(runtime: MemoryRuntime) -> Steps:
        return [Batch(0, AT, UPLOADS[:2]), Tick(0, AT + day), runtime.publish, *ticks(day, day + 9)]

    runtime = stepwise("validation", steps)
    assert [decoded(each).status for each in good(runtime)] == ["UNKNOWN", "UNKNOWN"]
    assert tables(runtime, "validation") == {"postponed": {}}
    assert "postponed too long, a person has to decide" in caplog.messages


def test_what_is_postponed_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_FLOW__POSTPONED_MOST", "2")
    runtime = stepwise("validation", outage)
    statuses = Counter(decoded(each).status == "UNKNOWN" for each in good(runtime))
    assert statuses == {True: len(UPLOADS), False: 2}


def test_an_upload_that_cannot_be_read_a_second_time_is_a_dead_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def steps(runtime: MemoryRuntime) -> Steps:
        broken = replace(UPLOADS[0], value=b"{}")
        runtime._events = [("0", Batch(0, AT, [broken, UPLOADS[1]]))]
        return [Batch(0, AT, UPLOADS[:2]), runtime.publish, *ticks(1_000, 4_000)]

    runtime = stepwise("validation", steps)
    (letter,) = [r for rs in runtime.written for r in rs if r.topic.endswith(".dlq")]
    assert dict(letter.headers)[ERROR_REASON] == b"not_framed"
    assert len(good(runtime)) == 3
    assert tables(runtime, "validation") == {"postponed": {}}


HOUR = 3_600_000


def test_reference_data_that_is_too_old_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_REFERENCE__MAX_AGE__PURCHASE_ORDERS", "PT24H")

    def news(runtime: MemoryRuntime, at: int) -> Callable[[], None]:
        def arrive() -> None:
            runtime.publish()
            Runtime.reference(runtime, ReferencePurchaseOrder).newest = at

        return arrive

    def steps(runtime: MemoryRuntime) -> Steps:
        late = 30 * HOUR
        return [
            news(runtime, AT),
            Batch(0, AT + 24 * HOUR, UPLOADS[:1]),
            Batch(0, AT + late, UPLOADS[1:]),
            *ticks(late + 1_000, late + 2_000),
            news(runtime, AT + late + 2_000),
            *ticks(late + 2_000, late + 6_000),
        ]

    first, *others = by_request(good(stepwise("inventory", steps))).values()
    assert [each.status != "UNKNOWN" for each in first] == [True]
    for unknown, known in others:
        assert unknown.unknown_reason == "purchase orders are 30 h old, 24 h allowed"
        assert (known.status != "UNKNOWN", known.unknown_reason) == (True, None)
    # Pricing does not look at purchase orders.
    pricing = [decoded(each).status for each in good(stepwise("pricing", steps))]
    assert "UNKNOWN" not in pricing


def test_a_required_topic_without_records_keeps_its_readers_from_judging(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MANIFOLD_REFERENCE__REQUIRED", '["vendors"]')
    (answer,) = good(start("fraud", [Batch(0, AT, UPLOADS[:1])], reference=False))
    assert decoded(answer).unknown_reason == "no vendors have been published"


def test_a_setting_about_a_topic_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_REFERENCE__REQUIRED", '["orders"]')
    with pytest.raises(Misconfigured, match="orders, there are: agreements, coding"):
        start("fraud", [])


class Asked:
    """A service that is away, or knows what it is given."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.known: dict[str, Any] | None = None

    def get(self, key: str, /) -> Any | None:
        return None if self.known is None else self.known.get(key)

    def lack(self, _: str, __: int, /) -> Lack | None:
        return Lack(self.part, f"the {self.part} is away: test") if self.known is None else None

    def collect(self, _: int, /) -> bool:
        return False


def asking(
    flow: str, part: str, without: type, known: dict[str, Any], uploads: list[Received] = UPLOADS
) -> MemoryRuntime:
    """Run a flow over an outage of a service that has what a reference topic lacks."""

    runtime = MemoryRuntime(flow, [Batch(0, AT, uploads)], reference=False)
    asked = runtime.asked[part] = Asked(part)

    def begin() -> None:
        runtime.publish()
        Runtime.reference(runtime, without)._values.clear()

    def back() -> None:
        asked.known = known
        for each in runtime._postponements:
            each.hint(AT + 3_000)

    steps: Steps = [begin, Batch(0, AT, uploads), *ticks(0, 3_000), back, *ticks(3_000, 8_000)]
    runtime.steps = steps
    return run(runtime)


def test_orders_that_only_the_erp_knows_are_matched_when_it_is_back_as_if_it_never_was_away() -> (
    None
):
    there = start("inventory", [Batch(0, AT, UPLOADS)])
    orders = {order.purchase_order: order for order in WORLD.purchase_orders}
    runtime = asking("inventory", PURCHASE_ORDERS, ReferencePurchaseOrder, orders)
    answers = by_request(good(runtime))
    expected = by_request(good(there))
    unknown = 0
    for request, found in answers.items():
        if found[0].status == "UNKNOWN":
            unknown += 1
            assert found[0].unknown_reason == "the purchase-order service is away: test"
        assert replace(found[-1], decided_at=AT) == expected[request][0]
        assert len(found) == 1 + (found[0].status == "UNKNOWN")
    assert unknown > len(UPLOADS) // 2
    assert (
        tables(runtime, "inventory")["reservations"] == tables(there, "inventory")["reservations"]
    )


def test_rates_that_only_a_service_knows_are_taken_from_it() -> None:
    foreign = []
    for upload, sample in zip(UPLOADS, SAMPLES, strict=True):
        invoice = sample.upload.invoice
        assert invoice is not None
        changed = replace(sample.upload, invoice=replace(invoice, currency="CHF"))
        foreign.append(sent(changed, upload.offset))
    known = {
        f"{currency}/{invoice.issue_date}": ReferenceExchangeRate(currency, ONE, invoice.issue_date)
        for sample in SAMPLES
        if (invoice := sample.upload.invoice) is not None and invoice.issue_date is not None
        for currency in ("CHF", "PLN", "USD", "GBP", "SEK", "DKK", "CZK")
    }

    runtime = asking("pricing", EXCHANGE_RATES, ReferenceExchangeRate, known, foreign)
    answers = by_request(good(runtime)).values()
    twice = [found for found in answers if len(found) == 2]
    assert len(twice) > len(UPLOADS) // 3
    for first, second in twice:
        assert first.unknown_reason == "the exchange-rate service is away: test"
        assert second.status != "UNKNOWN"
        assert second.details.exchange_rate == ONE
    assert all(found[-1].status != "UNKNOWN" for found in answers)
