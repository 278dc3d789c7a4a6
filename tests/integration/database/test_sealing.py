"""Columns that are sealed: what lies there, what is told, and what becomes of it as keys change."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text, update
from typer.testing import CliRunner

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.database import Store
from connectors.database.connected import Connected
from connectors.database.forgetting import forget, requests_of
from connectors.database.requests import Requests
from connectors.database.resealing import is_resealed, reseal
from connectors.database.review_answers import ReviewAnswers
from connectors.database.review_queue import ReviewQueue, Wanted
from connectors.database.schema import decision as decisions
from connectors.database.schema import metadata, open_review
from connectors.database.schema import review as reviews
from connectors.database.sealing import PLAIN, PURPOSE, RowSealed, Sealing
from connectors.sealable import SEALABLE
from manifold.cli import keys as command
from operators.audit import Event
from operators.decision import ReviewNote
from tests.integration.database.records import (
    UPLOADED_AT,
    Arrival,
    asked,
    decision,
    event,
    one_of_each,
    review,
    upload,
)

NOW = UPLOADED_AT + 100_000
SECRETS = ("Seller", "Buyer AG", "DE0212", "anna", "telephone", "19.90", "Fine")
"""Words of the records below that somebody who has a copy of the database must not find."""

IN_CLEAR = {
    "upload": {
        "request_id", "attempt", "invoice_id", "vendor_id", "origin", "uploaded_at", "number",
        "currency", "payable", "issue_date", "event_id", "tenant",
    },
    "result": {
        "request_id", "attempt", "branch", "source_topic", "source_partition", "source_offset",
        "invoice_id", "vendor_id", "status", "unknown_reason", "policy_version", "uploaded_at",
        "decided_at", "record_offset", "event_id",
    },
    "decision": {
        "request_id", "attempt", "revision", "invoice_id", "vendor_id", "status", "complete",
        "missing", "opened_at", "decided_at", "uploaded_at", "latency_ms", "event_id", "amount",
        "vendor_class", "decided_by", "approvers", "policy_version", "currency", "due",
    },
    "review": {"event_id", "request_id", "attempt", "revision", "outcome", "completed_at"},
    "open_review": {
        "request_id", "attempt", "revision", "kind", "invoice_id", "vendor_id", "amount",
        "currency", "approvers", "rules", "needed", "opened_at", "expires_at", "event_id",
        "held_until", "postponed_until",
    },
    "review_answer": {
        "answer_id", "request_id", "attempt", "revision", "vendor_id", "outcome", "completed_at",
        "due_at", "published_at", "refusal", "refused_because", "sending_until",
    },
}  # fmt: skip
"""Columns of identifiers, amounts, instants and words of ours: looked for, or saying little."""


def all_of_it() -> list[Event]:
    """What has names, accounts and sentences in it."""
    arrival = Arrival("r-1", offset=1)
    note = ReviewNote("anna", "APPROVED", "Fine by telephone.", NOW)
    question = asked(arrival, invoice=upload(arrival).invoice, reason="Fine?", approvals=(note,))
    return [
        *one_of_each(1),
        event(replace(decision(arrival, 2), reason="Fine.", reviews=(note,)), 2),
        event(replace(review(arrival), reason="Fine by telephone."), 3),
        event(asked(Arrival("r-1"), 3, **question_of(question)), 4),
    ]


def question_of(question: Any) -> dict[str, Any]:
    return {name: getattr(question, name) for name in ("invoice", "reason", "approvals")}


@pytest.fixture
def rest(keys: Path) -> AtRest:
    return AtRest(keys, PURPOSE)


@pytest.fixture
def sealing(rest: AtRest) -> Sealing:
    return Sealing(rest, ["all"])


@pytest.fixture
def database(url: str, sealing: Sealing) -> Iterator[Connected]:
    opened = Connected(url, sealing=sealing)
    yield opened
    opened.close()


def stored(url: str) -> str:
    """All that lies in the tables, as it lies there."""
    opened = Connected(url)
    with opened.reading.begin() as connection:
        rows = [
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
        ]
    opened.close()
    return "\n".join(rows)


def told(url: str, sealing: Sealing) -> tuple[Any, ...]:
    """What is told of the request, by everybody who tells of it."""
    requests, database = Requests(url, sealing=sealing), Connected(url, sealing=sealing)
    store = Store.connect(url, sealing)
    known = requests.known("r-1", None)
    queue, answers = ReviewQueue(database), ReviewAnswers(database)
    found = (
        known,
        store.request("r-1"),
        queue.open(Wanted(), None, NOW),
        queue.get("r-1", None, NOW),
        answers.latest("anna"),
    )
    for each in (requests, database, store):
        each.close()
    return found


def test_every_column_is_known_to_be_sealed_or_in_clear() -> None:
    """A new column has to be decided about before it can be written."""
    for table in metadata.sorted_tables:
        if not table.name.startswith("audit_"):
            named = IN_CLEAR[table.name] | set(SEALABLE[table.name])
            assert {column.name for column in table.columns} == named, table.name


def test_what_lies_in_the_database_names_nobody_and_what_is_told_is_the_same(
    store: Store, database: Connected, url: str, sealing: Sealing
) -> None:
    store.append("c", all_of_it())
    ReviewQueue(database).claim("r-1", "anna", NOW, 600_000)
    said = replace(
        review(Arrival("r-1"), "anna"), revision=3, corrected=upload(Arrival("r")).invoice
    )
    given = ReviewAnswers(database).give(said, NOW, 600_000)
    assert given is not None
    there = stored(url)
    for word in SECRETS:
        assert word not in there, word

    known, history, listed, opened, latest = told(url, sealing)
    assert known.said[0].reason == "Fine by telephone."
    assert history.decisions[-1].reviews[0].reviewer == "anna"
    assert listed == []
    assert opened.listed.vendor_name == "Seller GmbH"
    assert opened.listed.holder == "anna"
    assert opened.listed.approved_by == ("anna",)
    assert opened.asked.invoice.payments[0].account.id.startswith("DE0212")
    assert latest == [given]


def test_only_what_is_named_is_sealed(rest: AtRest, url: str) -> None:
    store = Store.connect(url, Sealing(rest, ["open_review.asked", "open_review.vendor_name"]))
    store.append("c", all_of_it())
    store.close()
    there = stored(url)
    assert "Seller" not in there
    assert "telephone" in there


def test_a_value_opens_in_its_own_row_and_column_only(
    store: Store, database: Connected, sealing: Sealing, url: str
) -> None:
    first, second = Arrival("r-1"), Arrival("r-2")
    for number, arrival in enumerate((first, second)):
        store.append(
            "c", [event(upload(arrival), number), event(asked(arrival, reason="?"), number)]
        )
    with database.writing.begin() as connection:
        copied = text("SELECT asked FROM open_review WHERE request_id = 'r-1'")
        asked_there = connection.execute(copied).scalar_one()
        if not isinstance(asked_there, str) or asked_there.startswith('"'):
            asked_there = json.loads(asked_there)
        other = update(open_review).where(open_review.c.request_id == "r-2")
        connection.execute(other.values(asked=asked_there))
    queue = ReviewQueue(database)
    assert queue.get("r-1", None, NOW) is not None
    with pytest.raises(RowSealed, match=r"open_review\.asked of r-2 cannot be opened"):
        queue.get("r-2", None, NOW)
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE open_review SET vendor_name = reason"))
    with pytest.raises(RowSealed, match=r"open_review\.vendor_name"):
        queue.open(Wanted(), None, NOW)


def test_what_an_item_is_found_by_cannot_be_exchanged(
    store: Store, database: Connected, url: str
) -> None:
    """Or somebody else's claim could be made one's own, by who can write the database."""
    store.append("c", [event(upload(Arrival("r-1")), 0), event(asked(Arrival("r-1")), 1)])
    queue = ReviewQueue(database)
    queue.claim("r-1", "ben", NOW, 600_000)
    with database.writing.begin() as connection:
        other = "CASE WHEN holder LIKE '0%' THEN '1' ELSE '0' END || substr(holder, 2)"
        connection.execute(text(f"UPDATE open_review SET holder = {other}"))
    with pytest.raises(RowSealed, match=r"open_review\.holder"):
        queue.open(Wanted(), None, NOW)


def test_without_the_keys_it_is_said_what_is_lacking(store: Store, url: str) -> None:
    store.append("c", all_of_it())
    with pytest.raises(RowSealed, match=r"documents\.keys"):
        told(url, PLAIN)


def test_text_that_only_looks_sealed_is_read_as_text(
    url: str, keys: Path, sealing: Sealing
) -> None:
    """Whoever writes such a reason must not make its request unreadable."""
    plain = Store.connect(url)
    odd = keyring.read(keys).for_(PURPOSE).seal(b"x")
    reason = base64.b64encode(odd).decode()
    plain.append("c", [event(upload(Arrival("r-1")), 0)])
    plain.append("c", [event(replace(review(Arrival("r-1")), reason=reason), 1)])
    plain.close()
    for each in (PLAIN, sealing):
        requests = Requests(url, sealing=each)
        known = requests.known("r-1", None)
        assert known is not None
        assert known.said[0].reason.strip() == reason
        requests.close()


def test_keys_change_and_rows_go_with_them(
    store: Store, database: Connected, url: str, keys: Path, sealing: Sealing
) -> None:
    store.append("c", all_of_it())
    queue = ReviewQueue(database)
    queue.claim("r-1", "anna", NOW, 600_000)
    before = told(url, sealing)
    keyring.write(keys, keyring.read(keys).with_new())
    assert not is_resealed(database)
    # Until then what the old key has sealed is read, and found.
    assert told(url, sealing) == before
    assert queue.release("r-1", "anna", NOW)
    assert queue.claim("r-1", "anna", NOW, 600_000).mine

    seen: list[tuple[int, int]] = []
    done = reseal(database, lambda *progress: seen.append(progress))
    assert done.rows > 5
    assert done.failed == ()
    assert seen[-1][0] == seen[-1][1] > 0
    assert is_resealed(database)
    assert reseal(database, lambda *_: None).rows == 0
    keyring.write(keys, keyring.Ring(keyring.read(keys).keys[:1]))
    assert told(url, sealing) == before
    assert store.verify() is None


def test_interrupted_it_goes_on_where_it_was(
    store: Store, database: Connected, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.database.resealing._PORTION", 10)
    for number in range(1, 31):
        store.append("c", one_of_each(number))
    keyring.write(keys, keyring.read(keys).with_new())

    def interrupted(looked: int, _: int) -> None:
        if looked >= 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reseal(database, interrupted)
    assert not is_resealed(database)
    rest = reseal(database, lambda *_: None).rows
    assert is_resealed(database)
    # 30 decisions and 120 results have something to be sealed.
    assert 0 < rest <= 150 - 50


def test_what_cannot_be_opened_is_left_and_named(
    store: Store, database: Connected, keys: Path
) -> None:
    store.append("c", all_of_it())
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE review SET reason = substr(reason, 1, 60)"))
    keyring.write(keys, keyring.read(keys).with_new())
    done = reseal(database, lambda *_: None)
    assert len(done.failed) == 1
    assert "review.reason of" in done.failed[0]
    assert not is_resealed(database)


@pytest.mark.parametrize("length", [24, 26, 28, 40, 60])
def test_a_value_that_was_cut_is_refused(
    store: Store, url: str, sealing: Sealing, length: int
) -> None:
    store.append("c", all_of_it())
    opened = Connected(url)
    with opened.writing.begin() as connection:
        connection.execute(text(f"UPDATE review SET reason = substr(reason, 1, {length})"))
    opened.close()
    with pytest.raises(RowSealed, match=r"review\.reason"):
        told(url, sealing)


def test_what_is_no_longer_named_is_opened(
    store: Store, url: str, rest: AtRest, sealing: Sealing
) -> None:
    store.append("c", all_of_it())
    before = told(url, sealing)
    named = Connected(url, sealing=Sealing(rest, []))
    reseal(named, lambda *_: None)
    named.close()
    assert told(url, PLAIN) == before


def test_a_vendor_is_forgotten_in_sealed_rows(
    store: Store, database: Connected, url: str, sealing: Sealing
) -> None:
    store.append("c", all_of_it())
    forget(database, requests_of(database, "v-1"))
    known, history, listed, opened, _ = told(url, sealing)
    assert (listed, opened) == ([], None)
    assert known.said[0].reason == ""
    assert all(not each.details and not each.violations for each in known.answers)
    assert all(not each.branches and not each.reviews for each in history.decisions)
    reseal(database, lambda *_: None)
    assert told(url, sealing)[0] == known
    assert store.verify() is None


def test_the_command_seals_what_was_there_before_and_lets_old_keys_go(
    url: str, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DOCUMENTS__URL": str(tmp_path / "documents"),
        "DOCUMENTS__KEYS": str(keys),
        "DATABASE__URL": url,
        "DATABASE__SEALED": '["all"]',
    }.items():
        monkeypatch.setenv(f"MANIFOLD_{name}", value)
    monkeypatch.setattr(command, "_trail", lambda _: None)
    monkeypatch.setattr(command, "_IN_FLIGHT", 0.0)
    store = Store.connect(url)
    store.append("c", all_of_it())
    store.close()
    before = told(url, PLAIN)
    assert "Seller" in stored(url)

    done = CliRunner().invoke(command.app, ["rotate", "--retire", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["key"], answer["failed"], answer["keys"]) == ("2", 0, 1)
    assert answer["rows"] > 5
    for word in SECRETS:
        assert word not in stored(url), word
    assert told(url, Sealing(AtRest(keys, PURPOSE), ["all"])) == before


def test_no_key_goes_while_a_row_needs_it(
    store: Store, url: str, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when no column is named any more, and nobody thinks of the database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANIFOLD_DOCUMENTS__URL", str(tmp_path / "documents"))
    monkeypatch.setenv("MANIFOLD_DATABASE__URL", url)
    monkeypatch.setattr(command, "_trail", lambda _: None)
    monkeypatch.setattr(command, "_IN_FLIGHT", 0.0)
    store.append("c", [event(upload(Arrival("r-1")), 0), event(review(Arrival("r-1")), 1)])
    opened = Connected(url)
    with opened.writing.begin() as connection:
        connection.execute(text("UPDATE review SET reason = substr(reason, 1, 60)"))
    opened.close()
    done = CliRunner().invoke(command.app, ["rotate", "--retire", "--file", str(keys)])
    assert done.exit_code == 1
    assert "review.reason of" in done.output
    assert [key.id for key in keyring.read(keys).keys] == ["2", "1"]


def test_an_absent_value_stays_absent(store: Store, database: Connected) -> None:
    """Null is null, to SQL too: the views and those who count rely on it."""
    store.append("c", [event(decision(Arrival("r-1")), 0)])
    with database.reading.begin() as connection:
        query = decisions.select().with_only_columns(decisions.c.reason)
        assert connection.execute(query).scalar_one() is None
    assert reviews.c.reason.nullable is False
