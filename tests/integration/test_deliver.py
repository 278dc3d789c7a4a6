"""Approved invoices come to the ERP system once: posted, or as files, whatever fails in between."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.einvoice import read
from connectors.stream import Received
from operators.enrichment import InvoiceEnriched
from operators.handed_over import InvoiceHandedOver
from tests.integration.flow_process import REPOSITORY
from tests.integration.pipeline import Pipeline
from tests.integration.redis_server import RedisServer
from tests.webhook_server import SECRET, WebhookServer

_CONTRACTS = Contracts.load()
EXAMPLE: InvoiceEnriched = Codec(_CONTRACTS, LockIds(_CONTRACTS)).from_json(
    InvoiceEnriched, _CONTRACTS.topic_of(InvoiceEnriched).examples[0]
)


def enriched(number: int, attempt: int = 1, **changes: Any) -> InvoiceEnriched:
    named = {"request_id": f"r-{number}", "invoice_id": f"R-{number}", "number": f"R-{number}"}
    return replace(EXAMPLE, **{**named, "attempt": attempt, **changes})


class Handing(Pipeline):
    """A pipeline whose approved invoices go somewhere."""

    def acknowledged(self) -> list[InvoiceHandedOver]:
        return list(self.seen.all(InvoiceHandedOver))

    def dead(self) -> list[Received]:
        topic = self.contracts.topic_of(InvoiceEnriched).name
        return list(self.read(self.contracts.dead_letters_of(topic)))

    def command(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "manifold", *arguments],
            cwd=REPOSITORY,
            env=self.variables,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout


def posting(hook: WebhookServer, **more: str) -> dict[str, str]:
    return {
        "MANIFOLD_HANDOVER__BY": "webhook",
        "MANIFOLD_HANDOVER__WEBHOOK__URL": hook.url + "/invoices",
        "MANIFOLD_HANDOVER__WEBHOOK__SECRET": SECRET,
        **more,
    }


@pytest.fixture
def hook() -> Iterator[WebhookServer]:
    with WebhookServer() as server:
        yield server


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path, hook: WebhookServer) -> Iterator[Handing]:
    with Handing(bootstrap, tmp_path, **posting(hook)) as made:
        yield made


def request_of(message: dict[str, Any]) -> tuple[str, int]:
    return message["data"]["request_id"], message["data"]["attempt"]


def test_each_is_posted_once_acknowledged_and_can_be_asked_for_again(
    pipeline: Handing, hook: WebhookServer
) -> None:
    had: set[str] = set()

    def answers(message: dict[str, Any]) -> Any:
        key = hook.keys[-1]
        status = 409 if key in had else 201
        had.add(key)
        return status, {}, json.dumps({"reference": f"510-{message['data']['number']}"}).encode()

    hook.answers = answers
    pipeline.start("deliver")
    invoices = [enriched(number) for number in range(30)]
    pipeline.publish(*invoices, *invoices)
    pipeline.until(lambda: len(pipeline.acknowledged()) >= 30, "all acknowledged")
    pipeline.at_rest("deliver")
    time.sleep(1)
    assert Counter(hook.keys) == {f"r-{number}/1": 1 for number in range(30)}
    assert hook.messages[0]["type"] == "invoice.enriched"
    one = next(each for each in pipeline.acknowledged() if each.request_id == "r-7")
    assert (one.receiver, one.reference, one.resent) == ("ERP webhook", "510-R-7", False)
    assert len(pipeline.acknowledged()) == 30

    assert "510-R-7" in pipeline.command("handover", "list", "--request", "r-7", "--json")
    pipeline.command("handover", "resend", "r-7")
    pipeline.until(lambda: len(pipeline.acknowledged()) == 31, "acknowledged again")
    again = pipeline.acknowledged()[-1]
    assert (again.request_id, again.resent, again.reference) == ("r-7", True, "510-R-7")
    assert Counter(hook.keys)["r-7/1"] == 2
    table = pipeline.command("handover", "list", "--request", "r-7")
    assert table.count("r-7") == 2
    assert "again" in table


def test_while_it_fails_attempts_stay_in_order_and_what_it_refuses_is_a_dead_letter(
    pipeline: Handing, hook: WebhookServer
) -> None:
    failing = threading.Event()
    failing.set()

    def answers(message: dict[str, Any]) -> Any:
        if failing.is_set():
            return 503, {}, b""
        if message["data"]["number"] == "R-3":
            return 422, {}, b"no such cost centre"
        return 200, {}, b"OK"

    hook.answers = answers
    pipeline.start("deliver")
    pipeline.publish(*(enriched(number, attempt) for attempt in (1, 2) for number in range(10)))
    pipeline.until(lambda: len(hook.messages) >= 5, "it has been tried")
    pipeline.killed(pipeline.processes[0])
    failing.clear()
    pipeline.until(lambda: len(pipeline.acknowledged()) == 18, "all but those that are refused")
    pipeline.until(lambda: len(pipeline.dead()) == 2, "and these are dead letters")
    done = [(each.request_id, each.attempt) for each in pipeline.acknowledged()]
    for number in (0, 1, 2, 4):
        assert [attempt for request, attempt in done if request == f"r-{number}"] == [1, 2]
    for letter in pipeline.dead():
        headers = dict(letter.headers)
        assert headers[ERROR_REASON] == b"delivery_refused"
        assert headers[MESSAGE] == b"it answers with status 422"


def test_killed_between_delivery_and_commit_it_is_not_posted_again(
    bootstrap: str, tmp_path: Path, hook: WebhookServer
) -> None:
    with (
        RedisServer(tmp_path) as redis,
        Handing(
            bootstrap, tmp_path / "pipeline", **posting(hook), MANIFOLD_REDIS__URL=redis.url
        ) as pipeline,
    ):
        reached, hold = threading.Event(), threading.Event()

        def answers(message: dict[str, Any]) -> Any:
            if message["data"]["attempt"] == 2:
                reached.set()
                hold.wait(60)
            return 200, {}, b""

        hook.answers = answers
        process = pipeline.start("deliver", MANIFOLD_HANDOVER__WAIT="30")
        pipeline.publish(enriched(1), enriched(1, 2))
        assert reached.wait(60), pipeline.told()
        pipeline.kill(process)
        hold.set()
        pipeline.start("deliver")
        pipeline.until(lambda: len(pipeline.acknowledged()) == 2, "both acknowledged")
        assert Counter(hook.keys)["r-1/1"] == 1, "noted, so not posted again"
        assert Counter(hook.keys)["r-1/2"] == 2, "in doubt, so posted again with the same key"


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_files_of_postings_are_the_same_when_they_are_written_again(
    bootstrap: str, tmp_path: Path
) -> None:
    folder = tmp_path / "erp"
    evil = replace(enriched(1), number="=HYPERLINK(A1)", invoice_id="@SUM(A1)", vendor_id="+1")
    variables = {"MANIFOLD_HANDOVER__BY": "csv", "MANIFOLD_HANDOVER__URL": str(folder)}
    with Handing(bootstrap, tmp_path / "pipeline", **variables) as pipeline:
        pipeline.publish(evil, *(enriched(number) for number in range(2, 200)))
        process = pipeline.start("deliver")
        pipeline.until(lambda: folder.exists() and bool(files(folder)), "a first file")
        before = files(folder)
        pipeline.kill(process)
        pipeline.start("deliver")
        pipeline.until(lambda: len(pipeline.acknowledged()) >= 199, "all acknowledged")
        pipeline.at_rest("deliver")
        after = files(folder)
        assert {name: after[name] for name in before} == before
        rows = [
            row
            for content in after.values()
            for row in csv.DictReader(io.StringIO(content.decode(), newline=""))
        ]
        assert Counter(row["request_id"] for row in rows) == {
            f"r-{number}": len(EXAMPLE.postings) for number in range(1, 200)
        }
        first = next(row for row in rows if row["request_id"] == "r-1")
        assert (first["number"], first["invoice_id"], first["vendor_id"]) == (
            "'=HYPERLINK(A1)",
            "'@SUM(A1)",
            "'+1",
        )
        assert {each.reference for each in pipeline.acknowledged()} == set(after)


def test_an_xml_file_for_each_that_can_be_read_again(bootstrap: str, tmp_path: Path) -> None:
    folder = tmp_path / "erp"
    variables = {"MANIFOLD_HANDOVER__BY": "ubl", "MANIFOLD_HANDOVER__URL": folder.as_uri()}
    with Handing(bootstrap, tmp_path / "pipeline", **variables) as pipeline:
        pipeline.publish(enriched(1), enriched(2, type_code="381"))
        pipeline.start("deliver")
        pipeline.until(lambda: len(pipeline.acknowledged()) == 2, "both acknowledged")
        assert sorted(files(folder)) == ["r-1-1.xml", "r-2-1.xml"]
        invoice, note = (read(content).invoice for _, content in sorted(files(folder).items()))
        assert (invoice.number, invoice.totals, invoice.type_code) == ("R-1", EXAMPLE.totals, "380")
        assert (note.number, note.type_code) == ("R-2", "381")
        assert [line.net for line in note.lines] == [line.net for line in EXAMPLE.lines]


def test_without_a_receiver_everything_is_read_and_nothing_kept(
    bootstrap: str, tmp_path: Path
) -> None:
    with Handing(bootstrap, tmp_path) as pipeline:
        process = pipeline.start("deliver")
        pipeline.publish(*(enriched(number) for number in range(10)))
        pipeline.at_rest("deliver")
        assert not any(pipeline.table("deliver", "owed").values())
        pipeline.until(
            lambda: process.log.read_text().count("nothing is delivered") == 1, "it says so once"
        )
