"""Waiting for what becomes of uploads: a decision, a question about a document, a dead letter."""

import time
from collections.abc import Mapping
from typing import Any

import typer
from msgspec import Struct
from rich.padding import Padding

from connectors.browse import every_partition, follow, partitions_of
from connectors.codec import Undecodable
from connectors.content import text_header
from connectors.dead_letters import ERROR_REASON, MESSAGE, OFFSET, PARTITION
from connectors.offsets import Where, end_offsets
from connectors.stream import Received
from manifold.cli.cluster import Cluster
from manifold.cli.decisions import Tally, print_decision, violation_line
from manifold.cli.output import complain, console, counted, json_line, printable
from operators.decision import InvoiceDecision
from operators.extraction.reviewing import BEFORE_DECISION
from operators.result import Source
from operators.review import InvoiceReviewRequested
from operators.upload import InvoiceUploaded


class Sent(Struct, frozen=True):
    """An upload that the broker has acknowledged."""

    request_id: str
    attempt: int
    invoice_id: str
    source: Source


class Outcomes:
    """Tells what becomes of uploads as it comes."""

    def __init__(self, there: Cluster, as_json: bool) -> None:
        """Read from where the topics end now, so that nothing is missed of what is sent later."""
        self._there = there
        self._as_json = as_json
        self._tally = Tally()
        self._asked = self._lost = 0
        uploaded = there.topic(InvoiceUploaded).name
        self._decisions = there.topic(InvoiceDecision).name
        self._questions = there.topic(InvoiceReviewRequested).name
        self._letters = there.contracts.dead_letters_of(uploaded).name
        topics = (self._decisions, self._questions, self._letters)
        counts = partitions_of(there.kafka, topics)
        self._starts: Mapping[Where, int] = end_offsets(there.kafka, every_partition(counts))
        self._open: dict[str, Sent] = {}

    def wait(self, uploads: Mapping[str, Sent], timeout: float) -> bool:
        """Wait for each, by request; whether something became of all, and of none a dead letter."""
        self._open = dict(uploads)
        deadline = time.monotonic() + timeout

        def done() -> bool:
            return not self._open or time.monotonic() > deadline

        for received in follow(self._there.kafka, self._starts, done):
            if received.topic == self._letters:
                self._letter(received)
            else:
                self._record(received, uploads)
        if not self._as_json:
            typer.echo(self._sentence())
        return not self._lost and not self._undecided(len(uploads), timeout)

    def _record(self, received: Received, uploads: Mapping[str, Sent]) -> None:
        request_id = (received.key or b"").decode(errors="replace")
        if request_id not in uploads:
            return
        try:
            _, found = self._there.codec.decode_any(received.value or b"")
        except Undecodable:
            return
        if found["attempt"] != uploads[request_id].attempt:
            return
        if received.topic == self._decisions:
            self._decided(found)
        elif found["revision"] == BEFORE_DECISION:
            self._question(found)

    def _decided(self, decision: dict[str, Any]) -> None:
        self._open.pop(decision["request_id"], None)
        self._tally.count(decision)
        if self._as_json:
            json_line({"event": "decided", **decision})
        else:
            print_decision(decision)

    def _question(self, question: dict[str, Any]) -> None:
        request_id = question["request_id"]
        if self._open.pop(request_id, None) is None:
            return
        self._asked += 1
        if self._as_json:
            json_line({"event": "asked", **question})
            return
        self._tell("PERSON", request_id, question["invoice_id"])
        for violation in question["violations"]:
            console().print(Padding(violation_line(violation), (0, 0, 0, 10)))

    def _letter(self, letter: Received) -> None:
        place = (text_header(letter, PARTITION), text_header(letter, OFFSET))
        for sent in list(self._open.values()):
            if (str(sent.source.partition), str(sent.source.offset)) != place:
                continue
            self._open.pop(sent.request_id)
            self._lost += 1
            reason, message = text_header(letter, ERROR_REASON), text_header(letter, MESSAGE)
            if self._as_json:
                json_line(
                    {
                        "event": "dead_letter",
                        "request_id": sent.request_id,
                        "error": {"reason": reason, "message": message},
                    }
                )
            else:
                self._tell("DEAD LETTER", sent.request_id, sent.invoice_id)
                typer.echo(f"          {printable(f'{reason}: {message}')}")

    def _tell(self, what: str, request_id: str, invoice_id: str) -> None:
        typer.echo("  ".join((f"{what:<19}", printable(invoice_id), printable(request_id))))

    def _sentence(self) -> str:
        parts = [self._tally.sentence()]
        if self._asked:
            parts.append(
                f"{counted(self._asked, 'document')} for a person (`manifold review list`)"
            )
        if self._lost:
            parts.append(f"{counted(self._lost, 'dead letter')} (`manifold dlq list`)")
        return "; ".join(parts)

    def _undecided(self, of: int, timeout: float) -> bool:
        for request_id in self._open if self._as_json else ():
            json_line({"event": "undecided", "request_id": request_id})
        if self._open:
            complain(
                f"{len(self._open)} of {of} requests were not decided within {timeout:g} s; "
                f"`manifold trace {next(iter(self._open))}` says where one is."
            )
        return bool(self._open)
