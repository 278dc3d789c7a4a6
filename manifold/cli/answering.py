"""Sending a person's answer, and waiting for what follows from it."""

import time
from typing import Any

import typer

from connectors.browse import every_partition, follow, partitions_of
from connectors.codec import Undecodable
from connectors.content import text_header
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.offsets import Where, end_offsets
from connectors.publish import Publisher
from connectors.stream import Received
from manifold.cli.cluster import Cluster
from manifold.cli.decisions import print_decision
from manifold.cli.open_reviews import partitions_about
from manifold.cli.output import Failed, json_line, printable
from operators.decision import InvoiceDecision
from operators.result import Source
from operators.review import InvoiceReviewCompleted


class Answering:
    """Publishes one answer; with a timeout, tells what came of it."""

    def __init__(self, there: Cluster, as_json: bool) -> None:
        """Nothing is sent yet."""
        self._there = there
        self._as_json = as_json
        topic = there.topic(InvoiceReviewCompleted).name
        self._letters = there.contracts.dead_letters_of(topic).name

    def run(self, completed: InvoiceReviewCompleted, timeout: float | None) -> None:
        """Send it; Failed when it is refused, or nothing has come of it in time."""
        # Read from where topics end before anything is sent, so that nothing can be missed.
        starts = {} if timeout is None else self._ends(completed.request_id)
        publisher = Publisher(self._there.kafka, self._there.contracts, self._there.codec, "review")
        with publisher:
            publisher.send(completed, on_written=lambda source: self._sent(completed, source))
        if timeout is not None:
            self._wait(completed, starts, timeout)

    def _ends(self, request_id: str) -> dict[Where, int]:
        count = partitions_of(self._there.kafka, [self._letters])
        about = partitions_about(self._there, InvoiceDecision, request_id)
        return end_offsets(self._there.kafka, [*about, *every_partition(count)])

    def _sent(self, completed: InvoiceReviewCompleted, source: Source) -> None:
        about = f"revision {completed.revision} of attempt {completed.attempt}"
        if self._as_json:
            json_line(
                {
                    "event": "sent",
                    "request_id": completed.request_id,
                    "attempt": completed.attempt,
                    "revision": completed.revision,
                    "outcome": completed.outcome,
                    "topic": source.topic,
                    "partition": source.partition,
                    "offset": source.offset,
                }
            )
        else:
            typer.echo(printable(f"{completed.outcome}  {completed.request_id}  {about}"))

    def _wait(
        self, completed: InvoiceReviewCompleted, starts: dict[Where, int], timeout: float
    ) -> None:
        deadline = time.monotonic() + timeout
        last_attempt = completed.attempt + (completed.outcome == "CORRECTED")
        for received in follow(self._there.kafka, starts, lambda: time.monotonic() > deadline):
            if received.topic == self._letters:
                self._refused(completed, received)
            elif received.key == completed.request_id.encode():
                decision = self._decision(received)
                if decision is None:
                    continue
                place = decision["attempt"], decision["revision"]
                if place <= (completed.attempt, completed.revision):
                    continue
                if self._as_json:
                    json_line({"event": "decided", **decision})
                else:
                    print_decision(decision)
                if decision["attempt"] >= last_attempt:
                    return
        raise Failed(
            f"Nothing has come of it within {timeout:g} s; `manifold trace {completed.request_id}` "
            "says where it is."
        )

    def _refused(self, completed: InvoiceReviewCompleted, letter: Received) -> None:
        encode = self._there.codec.encoder(InvoiceReviewCompleted)
        if letter.value == encode(completed):
            reason, message = text_header(letter, ERROR_REASON), text_header(letter, MESSAGE)
            raise Failed(f"It was refused ({reason}): {message}.")

    def _decision(self, received: Received) -> dict[str, Any] | None:
        try:
            return self._there.codec.decode_any(received.value or b"")[1]
        except Undecodable:
            return None
