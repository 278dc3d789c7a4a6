"""Defects to plant in a history that went well."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace as changed

from connectors.stream import Received, Rejected
from connectors.wire import Wire
from operators.audit import InvoiceAudit
from operators.decide import changes, status_of
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.fraud import VendorProfile
from operators.inventory import OrderReservations, RequestClaims
from operators.inventory.state import ClaimState
from operators.pricing import PeriodVolume
from operators.request import Decided
from operators.result import FraudResult
from operators.upload import InvoiceUploaded
from tests.contract.generated_records import AT, CODEC, CONTRACTS, SAMPLES
from tests.faults.commits import Commit
from tests.faults.history import Expected
from tests.faults.rows import row
from tests.faults.small_history import SmallHistory

V = TypeVar("V")
VICTIM = next(each.upload.request_id for each in SAMPLES if each.fault is None)
NOTIFIED = next(each.upload.request_id for each in SAMPLES if each.decision == "REJECTED")
_NOTHING = msgspec.msgpack.encode(None)
Plant = Callable[[SmallHistory], SmallHistory]


def find(history: SmallHistory, kind: type[Any], request_id: str = VICTIM) -> Received:
    """The record of a class about a request."""
    decode = CODEC.decoder(kind)
    for record in history.of(CONTRACTS.topic_of(kind).name):
        if decode(record.value or b"").request_id == request_id:
            return record
    raise AssertionError(f"{request_id} has no {kind.__name__}")


def with_values(history: SmallHistory, kind: type[Any], **values: Any) -> SmallHistory:
    """The record of a class about the victim, with other values."""
    record = find(history, kind)
    content = changed(CODEC.decoder(kind)(record.value or b""), **values)
    return history.with_value(record, CODEC.encoder(kind)(content))


def entry_of(history: SmallHistory, flow: str, table: str) -> Received:
    """The youngest entry of a table, of the victim if the key is a request."""
    found = history.of(CONTRACTS.changelog(flow, table).name)
    about = [each for each in found if (each.key or b"").decode().startswith(VICTIM)]
    return (about or found)[-1]


def partial_first(history: SmallHistory, *, written_late: bool) -> SmallHistory:
    """A partial decision without fraud, and the complete one as its revision."""
    record = find(history, InvoiceDecision)
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
    final = changed(
        whole, revision=2, changes=changes(answers, whole.branches, partial.status, whole.status)
    )
    planted = history.with_value(record, encode(partial))
    planted = planted.with_more(changed(record, value=encode(final)))
    if not written_late:
        return planted
    answer = find(planted, FraudResult)
    at = whole.opened_at + round(history.run.join_deadline_s * 1_000) + 1
    late = changed(answer, timestamp=at)
    return planted.but(records=tuple(late if each is answer else each for each in planted.records))


def lost_upload(history: SmallHistory) -> SmallHistory:
    more = Expected("acknowledged-and-lost", 1, None, "APPROVED")
    return history.but(run=replace(history.run, samples=(*history.run.samples, more)))


def other_status_expected(history: SmallHistory) -> SmallHistory:
    samples = tuple(
        replace(each, decision="REJECTED") if each.request_id == VICTIM else each
        for each in history.run.samples
    )
    return history.but(run=replace(history.run, samples=samples))


def doubled(kind: type[Any], request_id: str = VICTIM) -> Plant:
    return lambda history: history.with_more(find(history, kind, request_id))


def lost(kind: type[Any], request_id: str = VICTIM) -> Plant:
    return lambda history: history.without(find(history, kind, request_id))


def decided_otherwise(**values: Any) -> Plant:
    return lambda history: with_values(history, InvoiceDecision, **values)


def other_policy(kind: type[Any]) -> Plant:
    return lambda history: with_values(history, kind, policy_version="0")


def vendor_off_by_one(history: SmallHistory) -> SmallHistory:
    entry = entry_of(history, "fraud", "vendors")
    profile = msgspec.msgpack.decode(entry.value or b"", type=VendorProfile)
    other = changed(profile, sealed=profile.sealed + 1)
    return history.with_value(entry, msgspec.msgpack.encode(other))


def reservation(add: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        entry = entry_of(history, "inventory", "reservations")
        booked = msgspec.msgpack.decode(entry.value or b"", type=OrderReservations)
        lines = {line: (sums[0] + add, sums[1]) for line, sums in booked.lines.items()}
        return history.with_value(entry, msgspec.msgpack.encode(OrderReservations(lines)))

    return plant


def lost_reservation(history: SmallHistory) -> SmallHistory:
    return history.without(entry_of(history, "inventory", "reservations"))


def volume_off_by_one(history: SmallHistory) -> SmallHistory:
    entry = entry_of(history, "pricing", "volumes")
    volume = msgspec.msgpack.decode(entry.value or b"", type=PeriodVolume)
    other = changed(volume, total=str(int(volume.total) + 1))
    return history.with_value(entry, msgspec.msgpack.encode(other))


def lost_volume(history: SmallHistory) -> SmallHistory:
    return history.without(entry_of(history, "pricing", "volumes"))


def claim_off_by_one(history: SmallHistory) -> SmallHistory:
    def change(known: RequestClaims) -> RequestClaims:
        [claim] = known.claims
        first, *others = claim.lines
        lines = (changed(first, taken=first.taken - 1), *others)
        return changed(known, claims=(changed(claim, lines=lines),))

    return in_its_page(history, "inventory", "requests", VICTIM, RequestClaims, change)


def claim_state(state: ClaimState) -> Plant:
    def change(known: RequestClaims) -> RequestClaims:
        [claim] = known.claims
        assert claim.state == "confirmed"
        return changed(known, claims=(changed(claim, state=state),))

    def plant(history: SmallHistory) -> SmallHistory:
        return in_its_page(history, "inventory", "requests", VICTIM, RequestClaims, change)

    return plant


def forgotten_decision(history: SmallHistory) -> SmallHistory:
    return in_its_page(history, "decide", "closed", f"{VICTIM}/1", Decided, lambda _: None)


def remembered_otherwise(history: SmallHistory) -> SmallHistory:
    def change(remembered: Decided) -> Decided:
        return changed(remembered, decided_at=remembered.decided_at + 1)

    return in_its_page(history, "decide", "closed", f"{VICTIM}/1", Decided, change)


def in_its_page(
    history: SmallHistory,
    flow: str,
    table: str,
    key: str,
    kind: type[V],
    change: Callable[[V], V | None],
) -> SmallHistory:
    """The youngest entry of a key otherwise than it was, or gone."""
    pages = msgspec.msgpack.Decoder(list[tuple[str, msgspec.Raw]])
    for page in reversed(history.of(CONTRACTS.changelog(flow, table).name)):
        entries: dict[str, Any] = dict(pages.decode(page.value)) if page.value is not None else {}
        found = msgspec.msgpack.decode(entries.pop(key, _NOTHING), type=kind | None)
        if found is None:
            continue
        other = change(found)
        if other is not None:
            entries[key] = other
        return history.with_value(page, msgspec.msgpack.encode(list(entries.items())))
    raise LookupError(key)


def still_open(history: SmallHistory) -> SmallHistory:
    decision = find(history, InvoiceDecision)
    topic = CONTRACTS.changelog("decide", "requests").name
    whole = CODEC.decoder(InvoiceDecision)(decision.value or b"")
    waiting = (VICTIM, 1, whole.invoice_id, whole.vendor_id, AT, AT, (), 0)
    entry = changed(
        decision,
        topic=topic,
        key=b"\0page" + bytes(8),
        value=msgspec.msgpack.encode([(f"{VICTIM}/1", waiting)]),
    )
    return history.with_more(entry)


def aborted_read(history: SmallHistory) -> SmallHistory:
    record = find(history, InvoiceDecision)
    where = (record.topic, record.partition)
    beyond = max(each.offset for each in history.of(record.topic)) + 5
    return history.but(imagined=((where, row(beyond, record.key, b"aborted", AT, AT)),))


def read_otherwise(history: SmallHistory) -> SmallHistory:
    record = find(history, InvoiceDecision)
    where = (record.topic, record.partition)
    seen = row(record.offset, record.key, b"other", record.timestamp + 100, record.timestamp)
    return history.but(hidden=frozenset({(where, record.offset)}), imagined=((where, seen),))


def slipped_in(history: SmallHistory) -> SmallHistory:
    record = find(history, InvoiceSettled)
    return history.but(hidden=frozenset({((record.topic, record.partition), record.offset)}))


def committed(offset: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        last = history.commits[-1]
        assert last.offset > 1
        return history.but(commits=(*history.commits, Commit(*last[:4], offset)))

    return plant


def skipped_revision(history: SmallHistory) -> SmallHistory:
    return with_values(history, InvoiceDecision, revision=2)


def broken_link(history: SmallHistory) -> SmallHistory:
    return with_values(history, InvoiceAudit, previous_hash="0" * 63 + "1")


def statement(statement: str) -> Plant:
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


def grown(**last: Any) -> Plant:
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


def seen_late(milliseconds: int) -> Plant:
    def plant(history: SmallHistory) -> SmallHistory:
        early = CODEC.decoder(InvoiceUploaded)
        first = min(
            history.of(CONTRACTS.topic_of(InvoiceUploaded).name), key=lambda each: each.timestamp
        )
        request_id = early(first.value or b"").request_id
        record = find(history, InvoiceDecision, request_id)
        return history.but(later=(((record.topic, record.partition), record.offset, milliseconds),))

    return plant


def dead_letter(history: SmallHistory) -> SmallHistory:
    record = find(history, FraudResult)
    rejected = Rejected(record, "late_result", f"request {VICTIM} was decided before")
    letter = Wire("decide", CONTRACTS, CODEC).encode(rejected, AT)
    return history.with_more(
        Received(letter.topic, 0, 0, letter.key, letter.value, letter.headers, letter.timestamp)
    )
