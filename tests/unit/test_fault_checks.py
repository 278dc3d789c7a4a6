"""Each checker of the fault run finds the defect it is there for, and names the request."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as changed

from connectors.stream import Received, Rejected
from connectors.wire import Wire
from operators.audit import InvoiceAudit
from operators.decide import changes, status_of
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.fraud import VendorProfile
from operators.inventory import OrderReservations, RequestClaims
from operators.join import Decided
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import AT, CODEC, CONTRACTS, SAMPLES
from tests.faults.checks import (
    aborted,
    audit,
    bounds,
    database,
    dead_letters,
    decided,
    fraud,
    inventory,
    join,
    offsets,
    once,
    recovery,
    revisions,
    saga,
    stateless,
    timeouts,
)
from tests.faults.commits import FORGOTTEN, Commit
from tests.faults.history import Expected, Injected
from tests.faults.rows import row
from tests.faults.small_history import SmallHistory, small_history
from tests.faults.verdict import felt, verdict

VICTIM = next(each.upload.request_id for each in SAMPLES if each.fault is None)
NOTIFIED = next(each.upload.request_id for each in SAMPLES if each.decision == "REJECTED")
REPLAYS = {
    ValidationResult: stateless.VALIDATION,
    InventoryResult: inventory.NAME,
    FraudResult: fraud.NAME,
    PricingResult: stateless.PRICING,
}

Plant = Callable[[SmallHistory], SmallHistory]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> SmallHistory:
    return small_history(tmp_path_factory.mktemp("history"))


def test_a_run_that_went_well_passes(history: SmallHistory) -> None:
    checks = verdict(history.evidence())
    assert [check for check in checks if not check.passed] == []
    assert len({check.name for check in checks}) == len(checks) == 19


def test_revisions_that_are_right_pass(history: SmallHistory) -> None:
    late = _partial_first(history, written_late=True)
    assert timeouts.NAME not in _failed(late)
    assert revisions.NAME not in _failed(late)
    assert join.NAME not in _failed(late)


def _failed(history: SmallHistory) -> dict[str, str]:
    """The names of failed checks, with what they say."""
    return {each.name: each.detail for each in verdict(history.evidence()) if not each.passed}


def _find(history: SmallHistory, kind: type[Any], request_id: str = VICTIM) -> Received:
    """The record of a class about a request."""
    decode = CODEC.decoder(kind)
    for record in history.of(CONTRACTS.topic_of(kind).name):
        if decode(record.value or b"").request_id == request_id:
            return record
    raise AssertionError(f"{request_id} has no {kind.__name__}")


def _with(history: SmallHistory, kind: type[Any], **values: Any) -> SmallHistory:
    """The record of a class about the victim, with other values."""
    record = _find(history, kind)
    content = changed(CODEC.decoder(kind)(record.value or b""), **values)
    return history.with_value(record, CODEC.encoder(kind)(content))


def _entry(history: SmallHistory, flow: str, table: str) -> Received:
    """The youngest entry of a table, of the victim if the key is a request."""
    found = history.of(CONTRACTS.changelog(flow, table).name)
    about = [each for each in found if (each.key or b"").decode().startswith(VICTIM)]
    return (about or found)[-1]


def _partial_first(history: SmallHistory, *, written_late: bool) -> SmallHistory:
    """A partial decision without fraud, and the complete one as its revision."""
    record = _find(history, InvoiceDecision)
    whole = CODEC.decoder(InvoiceDecision)(record.value or b"")
    answers = tuple(each for each in whole.branches if each.branch != "FRAUD")
    encode = CODEC.encoder(InvoiceDecision)
    partial = changed(
        whole,
        branches=answers,
        missing=("FRAUD",),
        complete=False,
        status=status_of(answers),
    )
    final = changed(whole, revision=2, changes=changes(answers, whole.branches))
    planted = history.with_value(record, encode(partial))
    planted = planted.with_more(changed(record, value=encode(final)))
    if not written_late:
        return planted
    answer = _find(planted, FraudResult)
    at = whole.opened_at + round(history.run.join_deadline_s * 1_000) + 1
    late = changed(answer, timestamp=at)
    return planted.but(records=tuple(late if each is answer else each for each in planted.records))


def _lost_decision(history: SmallHistory) -> SmallHistory:
    return history.without(_find(history, InvoiceDecision))


def _doubled_decision(history: SmallHistory) -> SmallHistory:
    return history.with_more(_find(history, InvoiceDecision))


def _lost_upload(history: SmallHistory) -> SmallHistory:
    more = Expected("acknowledged-and-lost", 1, None, "APPROVED")
    return history.but(run=replace(history.run, samples=(*history.run.samples, more)))


def _other_status_expected(history: SmallHistory) -> SmallHistory:
    samples = tuple(
        replace(each, decision="REJECTED") if each.request_id == VICTIM else each
        for each in history.run.samples
    )
    return history.but(run=replace(history.run, samples=samples))


def _doubled(kind: type[Any], request_id: str = VICTIM) -> Plant:
    return lambda history: history.with_more(_find(history, kind, request_id))


def _lost(kind: type[Any], request_id: str = VICTIM) -> Plant:
    return lambda history: history.without(_find(history, kind, request_id))


def _other_policy(kind: type[Any]) -> Plant:
    return lambda history: _with(history, kind, policy_version="0")


def _vendor_off_by_one(history: SmallHistory) -> SmallHistory:
    entry = _entry(history, "fraud", "vendors")
    profile = msgspec.msgpack.decode(entry.value or b"", type=VendorProfile)
    other = changed(profile, sealed=profile.sealed + 1)
    return history.with_value(entry, msgspec.msgpack.encode(other))


def _reservation(add: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        entry = _entry(history, "inventory", "reservations")
        booked = msgspec.msgpack.decode(entry.value or b"", type=OrderReservations)
        lines = {line: (sums[0] + add, sums[1]) for line, sums in booked.lines.items()}
        return history.with_value(entry, msgspec.msgpack.encode(OrderReservations(lines)))

    return plant


def _lost_reservation(history: SmallHistory) -> SmallHistory:
    return history.without(_entry(history, "inventory", "reservations"))


def _claim_off_by_one(history: SmallHistory) -> SmallHistory:
    entry = _entry(history, "inventory", "requests")
    known = msgspec.msgpack.decode(entry.value or b"", type=RequestClaims)
    [claim] = known.claims
    first, *others = claim.lines
    lines = (changed(first, taken=first.taken - 1), *others)
    other = changed(known, claims=(changed(claim, lines=lines),))
    return history.with_value(entry, msgspec.msgpack.encode(other))


def _forgotten_decision(history: SmallHistory) -> SmallHistory:
    return history.without(_entry(history, "decide", "closed"))


def _remembered_otherwise(history: SmallHistory) -> SmallHistory:
    entry = _entry(history, "decide", "closed")
    remembered = msgspec.msgpack.decode(entry.value or b"", type=Decided)
    other = changed(remembered, decided_at=remembered.decided_at + 1)
    return history.with_value(entry, msgspec.msgpack.encode(other))


def _still_open(history: SmallHistory) -> SmallHistory:
    decision = _find(history, InvoiceDecision)
    topic = CONTRACTS.changelog("decide", "requests").name
    whole = CODEC.decoder(InvoiceDecision)(decision.value or b"")
    waiting = (VICTIM, 1, whole.invoice_id, whole.vendor_id, AT, AT, (), 0)
    entry = changed(
        decision,
        topic=topic,
        key=f"{VICTIM}/1".encode(),
        value=msgspec.msgpack.encode(waiting),
    )
    return history.with_more(entry)


def _aborted_read(history: SmallHistory) -> SmallHistory:
    record = _find(history, InvoiceDecision)
    where = (record.topic, record.partition)
    beyond = max(each.offset for each in history.of(record.topic)) + 5
    return history.but(imagined=((where, row(beyond, record.key, b"aborted", AT, AT)),))


def _read_otherwise(history: SmallHistory) -> SmallHistory:
    record = _find(history, InvoiceDecision)
    where = (record.topic, record.partition)
    seen = row(record.offset, record.key, b"other", record.timestamp + 100, record.timestamp)
    return history.but(hidden=frozenset({(where, record.offset)}), imagined=((where, seen),))


def _slipped_in(history: SmallHistory) -> SmallHistory:
    record = _find(history, InvoiceSettled)
    return history.but(hidden=frozenset({((record.topic, record.partition), record.offset)}))


def _commit(offset: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        last = history.commits[-1]
        assert last.offset > 1
        return history.but(commits=(*history.commits, Commit(*last[:4], offset)))

    return plant


def _skipped_revision(history: SmallHistory) -> SmallHistory:
    return _with(history, InvoiceDecision, revision=2)


def _broken_link(history: SmallHistory) -> SmallHistory:
    return _with(history, InvoiceAudit, previous_hash="0" * 63 + "1")


def _statement(statement: str) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        source = Path(history.run.database.removeprefix("sqlite:///"))
        other = source.with_name("planted.db")
        with closing(sqlite3.connect(source)) as found:
            other.unlink(missing_ok=True)
            found.execute(f"VACUUM INTO '{other}'")
        with closing(sqlite3.connect(other)) as planted:
            assert planted.execute(statement, (VICTIM,)).rowcount > 0
            planted.commit()
        return history.but(run=replace(history.run, database=f"sqlite:///{other}"))

    return plant


def _grown(**last: Any) -> Plant:
    """The last measurements of one process, larger."""

    def plant(history: SmallHistory) -> SmallHistory:
        measured = history.run.processes
        late = measured[len(measured) // 2].at
        grown = tuple(
            replace(each, **last) if each.flow == "decide" and each.at > late else each
            for each in measured
        )
        return history.but(run=replace(history.run, processes=grown))

    return plant


def _seen_late(milliseconds: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        early = CODEC.decoder(InvoiceUploaded)
        first = min(
            history.of(CONTRACTS.topic_of(InvoiceUploaded).name), key=lambda each: each.timestamp
        )
        request_id = early(first.value or b"").request_id
        record = _find(history, InvoiceDecision, request_id)
        return history.but(later=(((record.topic, record.partition), record.offset, milliseconds),))

    return plant


def _dead_letter(history: SmallHistory) -> SmallHistory:
    record = _find(history, FraudResult)
    rejected = Rejected(record, "late_result", f"request {VICTIM} was decided before")
    letter = Wire("decide", CONTRACTS, CODEC).encode(rejected, AT)
    return history.with_more(
        Received(letter.topic, 0, 0, letter.key, letter.value, letter.headers, letter.timestamp)
    )


DECISION = {
    decided.NAME,
    once.DECISIONS,
    join.NAME,
    audit.NAME,
    database.NAME,
}
RESULT = {join.NAME, audit.NAME, database.NAME}

DEFECTS: dict[str, tuple[Plant, str, set[str]]] = {
    "a lost decision": (_lost_decision, decided.NAME, DECISION),
    "a decision twice": (
        _doubled_decision,
        once.DECISIONS,
        {decided.NAME, once.DECISIONS, audit.NAME},
    ),
    "a lost settlement": (
        _lost(InvoiceSettled),
        once.DECISIONS,
        {once.DECISIONS, inventory.NAME},
    ),
    "a settlement twice": (_doubled(InvoiceSettled), once.DECISIONS, {once.DECISIONS}),
    "a lost notification": (
        _lost(InvoiceNotification, NOTIFIED),
        once.NOTIFICATIONS,
        {once.NOTIFICATIONS},
    ),
    "a notification twice": (
        _doubled(InvoiceNotification, NOTIFIED),
        once.NOTIFICATIONS,
        {once.NOTIFICATIONS},
    ),
    "a wrong status": (_other_status_expected, decided.NAME, {decided.NAME}),
    **{
        f"a lost {kind.__name__}": (_lost(kind), once.ANSWERS, {once.ANSWERS, *RESULT})
        for kind in REPLAYS
    },
    **{
        f"a {kind.__name__} twice": (_doubled(kind), once.ANSWERS, {once.ANSWERS, audit.NAME})
        for kind in REPLAYS
    },
    **{
        f"a wrong {kind.__name__}": (_other_policy(kind), name, {name, *RESULT})
        for kind, name in REPLAYS.items()
    },
    "a claim off by one": (_claim_off_by_one, inventory.NAME, {inventory.NAME}),
    "a decision forgotten": (_forgotten_decision, join.NAME, {join.NAME}),
    "a decision remembered otherwise": (_remembered_otherwise, join.NAME, {join.NAME}),
    "a request still open": (_still_open, join.NAME, {join.NAME}),
    "a revision left out": (
        _skipped_revision,
        revisions.NAME,
        {revisions.NAME, audit.NAME, database.NAME},
    ),
    "a false timeout": (
        lambda history: _partial_first(history, written_late=False),
        timeouts.NAME,
        {timeouts.NAME, once.NOTIFICATIONS, audit.NAME, database.NAME},
    ),
    "a broken link": (_broken_link, audit.NAME, {audit.NAME, database.NAME}),
    "a lost audit entry": (_lost(InvoiceAudit), audit.NAME, {audit.NAME, database.NAME}),
    "a lost row": (
        _statement("DELETE FROM decision WHERE request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a row that says something else": (
        _statement("UPDATE result SET status = 'UNKNOWN' WHERE request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a falsified entry": (
        _statement("UPDATE audit_entry SET status = 'X' WHERE kind LIKE '%ion' AND request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a dead letter": (_dead_letter, dead_letters.NAME, {dead_letters.NAME}),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_and_its_request_named(history: SmallHistory, defect: str) -> None:
    plant, name, failing = DEFECTS[defect]
    failed = _failed(plant(history))
    assert set(failed) == failing
    assert any(request in failed[name] for request in (VICTIM, NOTIFIED))


ELSEWHERE: dict[str, tuple[Plant, str, set[str], str]] = {
    "a lost upload": (_lost_upload, decided.NAME, {decided.NAME}, "acknowledged-and-lost"),
    "a vendor off by one": (_vendor_off_by_one, fraud.NAME, {fraud.NAME}, "fraud.vendors"),
    "a reservation off by one": (
        _reservation(-1),
        inventory.NAME,
        {inventory.NAME},
        "inventory.reservations",
    ),
    "a lost reservation": (
        _lost_reservation,
        inventory.NAME,
        {inventory.NAME},
        "reservations: the last entry of PO",
    ),
    "more reserved than received": (
        _reservation(10**15),
        saga.NAME,
        {saga.NAME, inventory.NAME},
        "order PO",
    ),
    "an aborted read": (_aborted_read, aborted.NAME, {aborted.NAME}, "does not stand there"),
    "another record read": (_read_otherwise, aborted.NAME, {aborted.NAME}, "another record"),
    "a record that slipped in": (_slipped_in, aborted.NAME, {aborted.NAME}, "was not seen"),
    "an offset that went back": (_commit(1), offsets.NAME, {offsets.NAME}, "became 1"),
    "a forgotten offset": (_commit(FORGOTTEN), offsets.NAME, {offsets.NAME}, "was forgotten"),
    "memory that grows": (
        _grown(rss=bounds.MEMORY - 1),
        bounds.NAME,
        {bounds.NAME},
        "decide/one (process 104): grew by",
    ),
    "too much memory": (
        _grown(rss=bounds.MEMORY + 1 + len(SAMPLES) * bounds.REMEMBERED),
        bounds.NAME,
        {bounds.NAME},
        "256 MiB are accepted",
    ),
    "files left open": (
        _grown(open_files=41 + bounds.MORE_FILES),
        bounds.NAME,
        {bounds.NAME},
        "33 open files more",
    ),
    "too many open files": (
        _grown(open_files=bounds.OPEN_FILES + 1),
        bounds.NAME,
        {bounds.NAME},
        "257 open files",
    ),
    "a recovery that takes too long": (
        _seen_late(31_000),
        recovery.NAME,
        {recovery.NAME},
        "kill_anywhere of fraud-one: 30",
    ),
    "a recovery that often takes long": (
        _seen_late(12_000),
        recovery.NAME,
        {recovery.NAME},
        "p95 1",
    ),
}


def test_what_only_collect_feels_is_measured_by_its_entries(history: SmallHistory) -> None:
    first = SAMPLES[0].upload.request_id
    topic = CONTRACTS.topic_of(InvoiceAudit).name
    decode = CODEC.decoder(InvoiceAudit)
    [entry] = [
        each
        for each in history.of(topic)
        if (found := decode(each.value or b"")).request_id == first
        and found.kind == CONTRACTS.topic_of(InvoiceDecision).name
    ]
    hit = Injected("kill_postgresql", "postgresql", AT + 1_001, AT + 1_005)
    away = Injected("brokers_away", "all brokers", AT + 4_000, AT + 9_000)
    planted = history.but(
        run=replace(history.run, faults=(hit, away)),
        later=(((topic, entry.partition), entry.offset, 15_000),),
    )
    stored, unfelt = felt(planted.evidence())
    assert (stored.seconds, stored.as_it_was, stored.alone) == (10.11, 15.11, False)
    assert stored.last == first
    assert unfelt.seconds == 0.0


@pytest.mark.parametrize("defect", ELSEWHERE)
def test_a_defect_beside_the_requests_is_found(history: SmallHistory, defect: str) -> None:
    plant, name, failing, told = ELSEWHERE[defect]
    failed = _failed(plant(history))
    assert set(failed) == failing
    assert told in failed[name]


def test_a_checker_that_fails_itself_fails_its_check(history: SmallHistory) -> None:
    [broken] = _failed(
        history.but(run=replace(history.run, database="sqlite:////nowhere/at/all.db"))
    ).items()
    assert broken[0] == database.NAME
    assert broken[1].startswith("could not be judged: DatabaseUnavailable")
