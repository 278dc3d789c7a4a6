"""Enrich and statistics over streams: uploads read again, corrections, what is gone."""

from msgspec.structs import replace

from connectors.dead_letters import ERROR_REASON
from connectors.stream import Batch, CaughtUp, Event, Outgoing, Received
from operators.decision import DecisionStatus, InvoiceDecision, InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.result import Source
from operators.statistics import InvoiceStatistics
from operators.time import DAY
from tests.contract.flow_run import start, whole_pipeline
from tests.contract.generated_records import AT, SAMPLES, arrived, decoded, inputs_of, sent

SETTLED: list[InvoiceSettled] = [
    decoded(Outgoing(each.topic, each.key, each.value, each.headers))
    for each in inputs_of("enrich", whole_pipeline())
]
APPROVED = next(each for each in SETTLED if each.outcome == "APPROVED")
DECISIONS = inputs_of("statistics", whole_pipeline())


def run(flow: str, *events: Event[Received]) -> list[Outgoing]:
    return [outgoing for records in start(flow, events).written for outgoing in records]


def enriched(*settled: InvoiceSettled) -> list[InvoiceEnriched]:
    records = [sent(each, offset) for offset, each in enumerate(settled)]
    return [decoded(each) for each in run("enrich", Batch(0, AT, records))]


def test_an_approved_invoice_is_written_with_what_was_uploaded() -> None:
    uploads = {each.upload.request_id: each.upload for each in SAMPLES}
    written = enriched(*SETTLED)
    approved = [each.request_id for each in SETTLED if each.outcome == "APPROVED"]
    assert [each.request_id for each in written] == approved
    for each in written:
        invoice = uploads[each.request_id].invoice
        assert invoice is not None
        assert (each.number, each.totals) == (invoice.number, invoice.totals)
        assert [line.net for line in each.lines] == [line.net for line in invoice.lines]


def test_an_attempt_is_written_once_and_a_later_one_replaces_it() -> None:
    later = replace(APPROVED, attempt=2)
    written = enriched(APPROVED, APPROVED, later, replace(APPROVED, settled_at=APPROVED.settled_at))
    assert [(each.request_id, each.attempt) for each in written] == [
        (APPROVED.request_id, 1),
        (APPROVED.request_id, 2),
    ]


def test_an_approval_is_remembered_for_a_day() -> None:
    again = Batch(0, AT, [sent(APPROVED, 1)])
    first = Batch(0, AT, [sent(APPROVED, 0)])
    until = APPROVED.settled_at + DAY
    assert len(run("enrich", first, CaughtUp(0, until, until), again)) == 1
    assert len(run("enrich", first, CaughtUp(0, until + 1, until + 1), again)) == 2


def test_an_approval_whose_upload_is_gone_is_a_dead_letter_and_can_be_tried_again() -> None:
    assert APPROVED.source is not None
    gone = [
        replace(APPROVED, source=Source(APPROVED.source.topic, 0, 10**6)),
        replace(APPROVED, source=Source("no.such.topic", 0, 0)),
        replace(APPROVED, source=None),
    ]
    records = [sent(each, offset) for offset, each in enumerate([*gone, APPROVED])]
    *letters, good = run("enrich", Batch(0, AT, records))
    assert [(each.topic, dict(each.headers)[ERROR_REASON]) for each in letters] == [
        ("invoice.settled.dlq", b"upload_gone")
    ] * 3
    assert decoded(good).request_id == APPROVED.request_id


def statistics(*events: Event[Received]) -> list[InvoiceStatistics]:
    return [decoded(each) for each in run("statistics", *events)]


def decision_in(received: Received) -> InvoiceDecision:
    decision: InvoiceDecision = decoded(Outgoing(received.topic, received.key, received.value, []))
    return decision


def test_a_later_revision_moves_the_request_in_the_window_it_was_counted_in() -> None:
    decision = decision_in(DECISIONS[0])
    other: DecisionStatus = "REJECTED" if decision.status != "REJECTED" else "APPROVED"
    correction = replace(
        decision, revision=2, status=other, decided_at=AT + 3_600_000, latency_ms=3_600_000
    )
    later = AT + 3_600_000
    *_, minute, hour = statistics(
        Batch(0, AT, list(DECISIONS)),
        CaughtUp(0, later, later),
        Batch(0, later + 6_000, [arrived(sent_as_written(correction), 99)]),
    )
    before = statistics(Batch(0, AT, list(DECISIONS)))
    attempts = {(each.request_id, each.attempt) for each in map(decision_in, DECISIONS)}
    assert (minute.length, minute.closed, minute.decided) == ("MINUTE", True, len(attempts))
    assert minute.decided == hour.decided
    assert minute.window_id == before[0].window_id
    moved: dict[str, int] = {each.status: each.count for each in before[0].statuses}
    moved[decision.status] -= 1
    moved[other] = moved.get(other, 0) + 1
    assert {each.status: each.count for each in minute.statuses} == moved
    assert minute.latencies[-1] == before[0].latencies[-1]


def sent_as_written(decision: InvoiceDecision) -> Outgoing:
    received = sent(decision)
    return Outgoing(received.topic, received.key, received.value, received.headers)
