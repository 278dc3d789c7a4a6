"""Each checker of the fault run finds the defect it is there for, and names the request."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.database.connected import Connected
from connectors.database.resealing import reseal
from connectors.database.sealing import PURPOSE, Sealing
from operators.audit import InvoiceAudit
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from tests.contract.generated_records import AT, CODEC, CONTRACTS, SAMPLES
from tests.faults.checks import (
    aborted,
    audit,
    bounds,
    database,
    dead_letters,
    decided,
    enriched,
    fraud,
    inventory,
    join,
    offsets,
    once,
    pricing,
    recovery,
    reviews,
    revisions,
    saga,
    stateless,
    statistics,
    timeouts,
)
from tests.faults.commits import FORGOTTEN
from tests.faults.history import Injected, Measured
from tests.faults.small_history import SmallHistory, small_history
from tests.faults.verdict import felt, verdict
from tests.unit import fault_defects as defects

REPLAYS = {
    ValidationResult: stateless.VALIDATION,
    InventoryResult: inventory.NAME,
    FraudResult: fraud.NAME,
    PricingResult: pricing.NAME,
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> SmallHistory:
    return small_history(tmp_path_factory.mktemp("history"))


def test_a_run_that_went_well_passes(history: SmallHistory) -> None:
    checks = verdict(history.evidence())
    assert [check for check in checks if not check.passed] == []
    assert len({check.name for check in checks}) == len(checks) == 23


def test_a_sealed_database_is_compared_by_what_it_holds(
    history: SmallHistory, tmp_path: Path
) -> None:
    evidence = history.evidence()
    keys = tmp_path / "keys.json"
    keyring.read_or_made(keys)
    sealing = Sealing(AtRest(keys, PURPOSE), ["all"])
    with closing(sqlite3.connect(evidence.run.database.removeprefix("sqlite:///"))) as there:
        there.execute(f"VACUUM INTO '{tmp_path / 'sealed.db'}'")
    url = f"sqlite:///{tmp_path / 'sealed.db'}"
    there_too = Connected(url, sealing=sealing)
    assert reseal(there_too, lambda *_: None).rows > len(SAMPLES)
    there_too.close()
    assert database.database_equals_topics(evidence.recorded, url, sealing).passed
    with closing(sqlite3.connect(tmp_path / "sealed.db")) as connection:
        connection.execute("UPDATE result SET violations = '[]'")
        connection.commit()
    assert not database.database_equals_topics(evidence.recorded, url, sealing).passed


def test_revisions_that_are_right_pass(history: SmallHistory) -> None:
    late = defects.partial_first(history, written_late=True)
    assert timeouts.NAME not in _failed(late)
    assert revisions.NAME not in _failed(late)
    assert join.NAME not in _failed(late)


def _failed(history: SmallHistory) -> dict[str, str]:
    """The names of failed checks, with what they say."""
    return {each.name: each.detail for each in verdict(history.evidence()) if not each.passed}


DECISION = {
    decided.NAME,
    once.DECISIONS,
    join.NAME,
    statistics.NAME,
    audit.NAME,
    database.NAME,
}
RESULT = {join.NAME, audit.NAME, database.NAME}

DEFECTS: dict[str, tuple[defects.Plant, str, set[str]]] = {
    "a lost decision": (defects.lost(InvoiceDecision), decided.NAME, DECISION),
    "a decision twice": (
        defects.doubled(InvoiceDecision),
        once.DECISIONS,
        {decided.NAME, once.DECISIONS, audit.NAME},
    ),
    "a lost settlement": (
        defects.lost(InvoiceSettled),
        once.DECISIONS,
        {once.DECISIONS, inventory.NAME, saga.NAME, pricing.NAME, enriched.NAME},
    ),
    "a settlement twice": (defects.doubled(InvoiceSettled), once.DECISIONS, {once.DECISIONS}),
    "a lost notification": (
        defects.lost(InvoiceNotification, defects.NOTIFIED),
        once.NOTIFICATIONS,
        {once.NOTIFICATIONS},
    ),
    "a notification twice": (
        defects.doubled(InvoiceNotification, defects.NOTIFIED),
        once.NOTIFICATIONS,
        {once.NOTIFICATIONS},
    ),
    "a wrong status": (defects.other_status_expected, decided.NAME, {decided.NAME}),
    **{
        f"a lost {kind.__name__}": (
            defects.lost(kind),
            once.ANSWERS,
            {once.ANSWERS, *RESULT} | ({saga.NAME} if kind is InventoryResult else set()),
        )
        for kind in REPLAYS
    },
    **{
        f"a {kind.__name__} twice": (
            defects.doubled(kind),
            once.ANSWERS,
            {once.ANSWERS, audit.NAME},
        )
        for kind in REPLAYS
    },
    **{
        f"a wrong {kind.__name__}": (defects.other_policy(kind), name, {name, *RESULT})
        for kind, name in REPLAYS.items()
    },
    **{
        f"a decision that says otherwise {field}": (
            defects.decided_otherwise(**{field: value}),
            join.NAME,
            RESULT | counted,
        )
        for field, value, counted in (
            ("opened_at", 1, {statistics.NAME}),
            ("latency_ms", 1, {statistics.NAME}),
            ("changes", ("all",), set[str]()),
        )
    },
    "a claim off by one": (
        defects.claim_off_by_one,
        saga.NAME,
        {saga.NAME, inventory.NAME},
    ),
    "a confirmation lost": (
        defects.claim_state("reserved"),
        saga.NAME,
        {saga.NAME, inventory.NAME},
    ),
    "a released reservation counted": (
        defects.claim_state("released"),
        saga.NAME,
        {saga.NAME, inventory.NAME},
    ),
    "a decision forgotten": (defects.forgotten_decision, join.NAME, {join.NAME}),
    "a decision remembered otherwise": (defects.remembered_otherwise, join.NAME, {join.NAME}),
    "a request still open": (defects.still_open, join.NAME, {join.NAME}),
    "a revision left out": (
        defects.skipped_revision,
        revisions.NAME,
        {revisions.NAME, statistics.NAME, audit.NAME, database.NAME},
    ),
    "a false timeout": (
        lambda history: defects.partial_first(history, written_late=False),
        timeouts.NAME,
        {timeouts.NAME, once.NOTIFICATIONS, reviews.NAME, audit.NAME, database.NAME},
    ),
    "a broken link": (defects.broken_link, audit.NAME, {audit.NAME, database.NAME}),
    "a lost audit entry": (defects.lost(InvoiceAudit), audit.NAME, {audit.NAME, database.NAME}),
    "a lost row": (
        defects.statement("DELETE FROM decision WHERE request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a row that says something else": (
        defects.statement("UPDATE result SET status = 'UNKNOWN' WHERE request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a falsified entry": (
        defects.statement("UPDATE audit_entry SET status = 'X' WHERE request_id = ?"),
        database.NAME,
        {database.NAME},
    ),
    "a dead letter": (defects.dead_letter, dead_letters.NAME, {dead_letters.NAME}),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_and_its_request_named(history: SmallHistory, defect: str) -> None:
    plant, name, failing = DEFECTS[defect]
    failed = _failed(plant(history))
    assert set(failed) == failing
    assert (defects.NOTIFIED if "notification" in defect else defects.VICTIM) in failed[name]


ELSEWHERE: dict[str, tuple[defects.Plant, str, set[str], str]] = {
    "a lost upload": (defects.lost_upload, decided.NAME, {decided.NAME}, "acknowledged-and-lost"),
    "a vendor off by one": (defects.vendor_off_by_one, fraud.NAME, {fraud.NAME}, "fraud.vendors"),
    "a reservation off by one": (
        defects.reservation(-1),
        inventory.NAME,
        {inventory.NAME, saga.NAME},
        "inventory.reservations",
    ),
    "a lost reservation": (
        defects.lost_reservation,
        inventory.NAME,
        {inventory.NAME, saga.NAME},
        "reservations: the last entry of PO",
    ),
    "a volume off by one": (
        defects.volume_off_by_one,
        pricing.NAME,
        {pricing.NAME},
        "its requests add up to",
    ),
    "a lost volume": (defects.lost_volume, pricing.NAME, {pricing.NAME}, "its requests add up to"),
    "more reserved than received": (
        defects.reservation(10**15),
        saga.NAME,
        {saga.NAME, inventory.NAME},
        "Order PO",
    ),
    "an aborted read": (defects.aborted_read, aborted.NAME, {aborted.NAME}, "does not stand there"),
    "another record read": (defects.read_otherwise, aborted.NAME, {aborted.NAME}, "another record"),
    "a record that slipped in": (defects.slipped_in, aborted.NAME, {aborted.NAME}, "was not seen"),
    "an offset that went back": (defects.committed(1), offsets.NAME, {offsets.NAME}, "became 1"),
    "a forgotten offset": (
        defects.committed(FORGOTTEN),
        offsets.NAME,
        {offsets.NAME},
        "was forgotten",
    ),
    "memory that grows": (
        defects.grown(rss=bounds.MEMORY - 1),
        bounds.NAME,
        {bounds.NAME},
        "decide/one (process 105): grew by",
    ),
    "too much memory": (
        defects.grown(rss=bounds.MEMORY + 1 + len(SAMPLES) * bounds.REMEMBERED),
        bounds.NAME,
        {bounds.NAME},
        "256 MiB are accepted",
    ),
    "files left open": (
        defects.grown(open_files=41 + bounds.MORE_FILES),
        bounds.NAME,
        {bounds.NAME},
        "65 open files more",
    ),
    "too many open files": (
        defects.grown(open_files=bounds.OPEN_FILES + 1),
        bounds.NAME,
        {bounds.NAME},
        "257 open files",
    ),
    "a recovery that takes too long": (
        defects.seen_late(31_000),
        recovery.NAME,
        {recovery.NAME},
        "kill_anywhere of fraud-one: 30",
    ),
    "a recovery that often takes long": (
        defects.seen_late(12_000),
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


def test_what_a_process_takes_once_its_brokers_are_there_is_no_growth() -> None:
    waiting = [Measured(at * 2_000, "inventory", "one", 7, 60 << 20, 11) for at in range(35)]
    at_work = [Measured(at * 2_000, "inventory", "one", 7, 340 << 20, 50) for at in range(35, 75)]
    assert bounds.within_bounds([*waiting, *at_work], 103_000).passed
    leaking = [replace(each, rss=each.at << 12) for each in at_work]
    assert "grew by" in bounds.within_bounds([*waiting, *leaking], 0).detail
