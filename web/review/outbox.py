"""Answers on their way: published when they are due, and told of when they are refused."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from confluent_kafka import KafkaException

from connectors.browse import every_partition, follow, partitions_of, start_offsets
from connectors.clock import now
from connectors.codec import Codec, Undecodable, Unencodable
from connectors.contracts import Contracts
from connectors.database.review_answers import ReviewAnswers
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from connectors.publish import Publisher
from operators.review import InvoiceReviewCompleted

_EVERY = 0.25
"""Seconds between two looks for what is due."""
_PAUSE = 5.0
"""Seconds after which is tried again what has failed."""
_FORGET_EVERY = 600.0
_LOOK_BACK = 15 * 60_000
"""Milliseconds: refusals of so long ago are looked at after a start."""

log = Log(__name__)


class Outbox:
    """Publishes what is due, from whichever process looks first."""

    def __init__(
        self,
        answers: ReviewAnswers,
        kafka: Mapping[str, str],
        contracts: Contracts,
        codec: Codec,
    ) -> None:
        """Connect nothing yet."""
        self._answers = answers
        self._kafka = kafka
        self._contracts = contracts
        self._codec = codec
        self._topic = contracts.topic_of(InvoiceReviewCompleted).name
        self._letters = contracts.dead_letters_of(self._topic).name
        self._ending = Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Publish while this lasts; at the end everything is published that is due by then."""
        self._ending.clear()
        loops = (("answers", self._publish_due), ("refusals", self._hear_refusals))
        threads = [
            Thread(target=self._again, args=(loop,), name=name, daemon=True) for name, loop in loops
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join(10)

    def _again(self, loop: Callable[[], None]) -> None:
        """Run a loop anew when what it needs was away."""
        while not self._ending.is_set():
            try:
                loop()
            except (Unavailable, Misconfigured, KafkaException) as error:
                log.warning("answers wait", because=str(error))
                self._ending.wait(_PAUSE)
            except Exception as error:
                # A bug; what is due must not wait for ever because of it.
                log.error("answers wait", exc_info=error, quoting=False)
                self._ending.wait(_PAUSE)

    def _publish_due(self) -> None:
        forgotten = time.monotonic()
        with Publisher(self._kafka, self._contracts, self._codec, "review") as publisher:
            while not self._ending.is_set():
                due = self._answers.due(now())
                for each in due:
                    try:
                        publisher.send(each.completed)
                    except Unencodable as error:
                        self._answers.refused(each.completed, "contract_broken", str(error))
                if due:
                    publisher.flush()
                for each in due:
                    self._answers.published(each.answer_id, now())
                if time.monotonic() - forgotten > _FORGET_EVERY:
                    self._answers.forget(now())
                    forgotten = time.monotonic()
                self._ending.wait(_EVERY)

    def _hear_refusals(self) -> None:
        decode = self._codec.decoder(InvoiceReviewCompleted)
        partitions = every_partition(partitions_of(self._kafka, [self._letters]))
        starts = start_offsets(self._kafka, partitions, now() - _LOOK_BACK)
        for letter in follow(self._kafka, starts, self._ending.is_set):
            try:
                said = decode(letter.value or b"")
            except Undecodable:
                continue
            reason = (letter.header(ERROR_REASON) or b"unknown").decode(errors="replace")
            because = (letter.header(MESSAGE) or b"").decode(errors="replace")
            if self._answers.refused(said, reason, because):
                log.info("an answer was refused", request_id=said.request_id, reason=reason)
