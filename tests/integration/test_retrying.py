"""Dead letters that mend themselves: sent back when it is their turn, once, and never for ever."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connectors import dead_letters
from connectors.clock import now
from connectors.resolved import Overtaken, Resolver, resolved_letters
from connectors.retrying import Retrier
from connectors.stream import Reason, Received, Rejected
from flows import BRANCHES, EXTRACT, JOIN
from manifold.documents.document import document
from manifold.documents.plan import plans
from operators.decision import InvoiceDecision
from operators.retrying import Retries
from operators.time import Instant, isoformat
from operators.upload import InvoiceUploaded
from tests.integration.flow_process import REPOSITORY
from tests.integration.inbox import Inbox, refused
from tests.integration.pipeline import Pipeline
from tests.integration.raw import write

MINUTE: Instant = 60_000
HOUR = 60 * MINUTE
PLAN = Retries()
FAST = 1_000.0
"""Letters a second."""


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path, inbox: Inbox) -> Iterator[Pipeline]:
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with Pipeline(bootstrap, folder, MANIFOLD_DOCUMENTS__URL=inbox.settings.url) as made:
        yield made


@pytest.fixture
def retrier(pipeline: Pipeline) -> Retrier:
    return retrier_of(pipeline)


def retrier_of(pipeline: Pipeline) -> Retrier:
    return Retrier(pipeline.kafka, pipeline.contracts, pipeline.codec, PLAN)


def run(pipeline: Pipeline, *line: str) -> list[dict[str, Any]]:
    """What a command of ours says, in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "manifold", *line, "--json"],
        cwd=REPOSITORY,
        env=pipeline.variables,
        check=True,
        capture_output=True,
        timeout=90,
    )
    return [json.loads(each) for each in done.stdout.splitlines()]


def failed(pipeline: Pipeline, inbox: Inbox, name: str, reason: Reason, at: Instant) -> Received:
    """Write an upload's dead letter of `extract`, as that writes it; the upload."""
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    stored = inbox.upload(name, name.encode())
    value = pipeline.codec.encoder(InvoiceUploaded)(stored)
    received = Received(topic.name, 0, 7, name.encode(), value, [("own", b"1")], at)
    letters = dead_letters.DeadLetters(
        pipeline.namespace + EXTRACT, pipeline.contracts.dead_letters_of
    )
    write(pipeline.kafka, [letters.make(Rejected(received, reason, "for a while"), at)])
    return received


def replays(pipeline: Pipeline) -> list[Received]:
    """What stands in the topic of uploads."""
    return list(pipeline.read(pipeline.contracts.topic_of(InvoiceUploaded)))


def attempts(letters: Sequence[Received]) -> list[bytes | None]:
    return [each.header(dead_letters.ATTEMPTS) for each in letters]


def test_a_document_that_comes_late_is_decided_and_what_is_broken_is_left_to_people(
    pipeline: Pipeline, inbox: Inbox, retrier: Retrier
) -> None:
    pdf = document(next(iter(plans("tuning", 1, 1, ("hybrid",)))))
    upload = inbox.upload("late", pdf.content)
    assert upload.document is not None
    stored = Path(inbox.settings.url) / upload.document.uri
    stored.rename(stored.with_suffix(".away"))
    pipeline.running(EXTRACT, *BRANCHES, JOIN)
    pipeline.publish(upload, inbox.upload("broken", b"no PDF at all"))
    pipeline.until(lambda: len(refused(pipeline)) == 2, "two dead letters")
    began = now()

    retrier.look()
    assert retrier.waiting == {"document_missing": 1}
    assert retrier.retry(began, FAST) == 0, "its first pause is not over"
    assert retrier.retry(began + MINUTE, FAST) == 1
    pipeline.until(lambda: len(pipeline.seen.letters()) == 3, "it is still not there")

    again = pipeline.seen.letters()[-1]
    assert attempts(pipeline.seen.letters()) == [b"1", b"1", b"2"]
    assert again.header(dead_letters.FIRST_SEEN) in {
        each.header(dead_letters.FIRST_SEEN) for each in pipeline.seen.letters()[:2]
    }
    retrier.look()
    assert retrier.waiting == {"document_missing": 1}
    assert retrier.retry(now() + MINUTE, FAST) == 0, "the second pause is longer"

    stored.with_suffix(".away").rename(stored)
    assert retrier.retry(now() + 2 * MINUTE, FAST) == 1
    pipeline.until(pipeline.more(InvoiceDecision), "the decision")
    [decision] = pipeline.seen.all(InvoiceDecision)
    assert (decision.request_id, decision.complete) == ("late", True)
    retrier.look()
    assert (retrier.waiting, retrier.given_up) == ({}, {})
    assert retrier.replayed == {"document_missing": 2}
    marks = resolved_letters(pipeline.kafka, pipeline.contracts, pipeline.codec)
    assert sorted(marks.values()) == ["REPLAYED", "REPLAYED"]
    [left] = run(pipeline, "dlq", "list", "invoice.uploaded")
    assert (left["reason"], left["next_try"]) == ("document_unreadable", None)


def test_the_service_does_it_without_anybodys_hand(
    pipeline: Pipeline, inbox: Inbox, tmp_path: Path
) -> None:
    pdf = document(next(iter(plans("tuning", 1, 1, ("hybrid",)))))
    upload = inbox.upload("late", pdf.content)
    assert upload.document is not None
    stored = Path(inbox.settings.url) / upload.document.uri
    stored.rename(stored.with_suffix(".away"))
    pipeline.running(EXTRACT, *BRANCHES, JOIN)
    command = [sys.executable, "-m", "manifold", "dlq", "retry", "--watch", "--every", "0.2"]
    pauses = ["--shortest", "0.2", "--longest", "0.4", "--attempts", "100"]
    with (tmp_path / "retry.log").open("wb") as log:
        service = subprocess.Popen(
            [*command, *pauses], cwd=REPOSITORY, env=pipeline.variables, stdout=log, stderr=log
        )
    try:
        pipeline.publish(upload)
        pipeline.until(lambda: len(pipeline.seen.letters()) >= 3, "it is tried again and again")
        stored.with_suffix(".away").rename(stored)
        pipeline.until(pipeline.more(InvoiceDecision), "the decision")
        assert service.poll() is None
    finally:
        service.kill()
        service.wait()
    [decision] = pipeline.seen.all(InvoiceDecision)
    assert (decision.request_id, decision.complete) == ("late", True)


def test_whoever_is_killed_a_letter_is_sent_back_once(pipeline: Pipeline, inbox: Inbox) -> None:
    ago = now() - HOUR
    first = failed(pipeline, inbox, "first", "document_missing", ago)
    assert die(pipeline, "before") == -signal.SIGKILL
    assert replays(pipeline) == [], "its transaction is not committed"
    assert die(pipeline, "after") == -signal.SIGKILL
    [told] = run(pipeline, "dlq", "retry")
    assert (told["sent_back"], told["waiting"]) == (0, 0)
    [sent] = replays(pipeline)
    assert (sent.key, sent.value, sent.partition) == (first.key, first.value, 0)
    assert list(sent.headers) == [
        *first.headers,
        (dead_letters.ATTEMPTS, b"1"),
        (dead_letters.FIRST_SEEN, isoformat(ago).encode()),
        (dead_letters.TARGET_GROUP, f"{pipeline.namespace}{EXTRACT}".encode()),
    ]


def die(pipeline: Pipeline, when: str) -> int:
    command = [sys.executable, "-m", "tests.integration.dying_retry", when]
    return subprocess.run(
        command, cwd=REPOSITORY, env=pipeline.variables, timeout=90, capture_output=True
    ).returncode


def test_one_that_knew_less_sends_nothing_twice(pipeline: Pipeline, inbox: Inbox) -> None:
    failed(pipeline, inbox, "one", "document_changed", now() - HOUR)
    slow, quick = retrier_of(pipeline), retrier_of(pipeline)
    slow.look()
    quick.look()
    assert quick.retry(now(), FAST) == 1
    assert slow.retry(now(), FAST) == 0, "it reads the marks before it sends"
    failed(pipeline, inbox, "two", "document_changed", now() - HOUR)
    for each in (slow, quick):
        each.look()
    # `slow` has taken over, and `quick` does not know.
    with pytest.raises(Overtaken):
        quick.retry(now(), FAST)
    assert slow.waiting == {"document_changed": 1}
    quick.look()
    assert quick.retry(now(), FAST) == 1
    assert len(replays(pipeline)) == 2


def test_a_person_who_replays_beside_the_service_is_not_sent_away(
    pipeline: Pipeline, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        failed(pipeline, inbox, f"r-{number}", "document_missing", now() - HOUR)
    command = [sys.executable, "-m", "manifold", "dlq", "replay", "--all", "--yes", "--rate", "2"]
    person = subprocess.Popen(
        command, cwd=REPOSITORY, env=pipeline.variables, stdout=subprocess.PIPE, text=True
    )
    pipeline.until(lambda: len(pipeline.seen.raw(InvoiceUploaded)) >= 2, "the person has begun")
    Resolver(pipeline.kafka, pipeline.contracts, pipeline.codec, "service")
    told, _ = person.communicate(timeout=90)
    assert person.returncode == 0
    assert "6 dead letters replayed" in told
    assert len(replays(pipeline)) == 6


def test_what_fails_too_often_is_given_up_and_said_to_be(
    pipeline: Pipeline, inbox: Inbox, retrier: Retrier
) -> None:
    old = now() - 10 * HOUR
    received = failed(pipeline, inbox, "gone", "document_missing", old)
    group = pipeline.namespace + EXTRACT
    letters = dead_letters.DeadLetters(group, pipeline.contracts.dead_letters_of)
    for failures in range(1, PLAN.most):
        retrier.look()
        at = now() + failures * HOUR
        assert retrier.retry(at, FAST) == 1
        again = replays(pipeline)[-1]
        assert again.header(dead_letters.TARGET_GROUP) == group.encode()
        write(pipeline.kafka, [letters.make(Rejected(again, "document_missing", "no"), at)])
    retrier.look()
    assert (retrier.waiting, retrier.given_up) == ({}, {"document_missing": 1})
    assert retrier.retry(now() + 1_000 * HOUR, FAST) == 0
    [letter] = run(pipeline, "dlq", "list", "invoice.uploaded")
    assert (letter["attempts"], letter["next_try"]) == (PLAN.most, "given up")
    assert letter["first_seen"] == isoformat(old)
    assert len(replays(pipeline)) == PLAN.most - 1

    run(pipeline, "dlq", "discard", "invoice.uploaded", "--yes")
    retrier.look()
    assert retrier.given_up == {}
    assert replace(replays(pipeline)[-1], headers=[]).value == received.value


def test_more_letters_than_are_waited_for_at_once_all_have_their_turn(
    pipeline: Pipeline, inbox: Inbox, retrier: Retrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.retrying.MOST", 3)
    for number in range(8):
        failed(pipeline, inbox, f"r-{number}", "document_missing", now() - HOUR)
    [told] = run(pipeline, "dlq", "discard", "--request", "r-7")
    assert told["action"] == "DISCARDED"
    sent = []
    for _ in range(4):
        retrier.look()
        sent.append(retrier.retry(now(), FAST))
    assert (sum(sent), max(sent), sent[-1]) == (7, 3, 0)
    keys = sorted(each.key or b"" for each in replays(pipeline))
    assert keys == [f"r-{number}".encode() for number in range(7)]


def test_the_rate_is_kept_and_letters_of_a_group_nobody_knows_stay(
    pipeline: Pipeline, inbox: Inbox, retrier: Retrier
) -> None:
    received = failed(pipeline, inbox, "known", "unknown_schema", now() - HOUR)
    letters = dead_letters.DeadLetters("x", pipeline.contracts.dead_letters_of)
    stray = letters.make(Rejected(received, "unknown_schema", "?"), now() - HOUR)
    headers = [each for each in stray.headers if each[0] != dead_letters.GROUP]
    cut = [*stray.headers, (dead_letters.CUT, b"10")]
    write(pipeline.kafka, [replace(stray, headers=headers), replace(stray, headers=cut)])
    retrier.look()
    assert retrier.waiting == {"unknown_schema": 1}
    assert retrier.given_up == {"unknown_schema": 1}, "the record is not whole"
    assert retrier.retry(now(), FAST) == 1
    assert [each.key for each in replays(pipeline)] == [b"known"]
