"""Answers on their way: published when they are due, and told of when they are refused."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from confluent_kafka import KafkaException

from connectors.browse import every_partition, follow, partitions_of, start_offsets
from connectors.clock import now
from connectors.codec import Codec, TooLarge, Undecodable, Unencodable
from connectors.contracts import Contracts
from connectors.database.review_answers import Given, ReviewAnswers
from connectors.dead_letters import ERROR_REASON, MESSAGE
from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from connectors.publish import NotWritten, Publisher
from operators.review import InvoiceReviewCompleted

_EVERY = 0.25
"""Seconds between two looks for what is due."""
_PAUSE = 5.0
"""Seconds after which is tried again what has failed."""
_LEASE = 120_000
"""Milliseconds after which somebody else publishes what a process has claimed."""
_AT_A_TIME = 20
_AWAY = (Unavailable, Misconfigured, KafkaException)
"""What is wrong with something else than the answer."""
_FORGET_EVERY = 600.0
_LOOK_BACK = 15 * 60_000
"""Milliseconds: refusals of so long ago are looked at after a start."""

log = Log(__name__)


class Outbox:
    """Publishes what is due, from whichever process claims it first."""

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
        topic = contracts.topic_of(InvoiceReviewCompleted)
        self._topic, self._most = topic.name, topic.most_value_bytes
        self._encode: Callable[[InvoiceReviewCompleted], bytes] | None = None
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

    def check(self, said: InvoiceReviewCompleted) -> None:
        """Raise TooLarge for an answer that its topic does not take."""
        if self._encode is None:
            # Not before: a registry may have to be asked.
            self._encode = self._codec.encoder(InvoiceReviewCompleted)
        size = len(self._encode(said))
        if size > self._most:
            raise TooLarge(type(said).__name__, size, self._topic)

    def _again(self, loop: Callable[[], None]) -> None:
        """Run a loop anew when what it needs was away."""
        while not self._ending.is_set():
            try:
                loop()
            except _AWAY as error:
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
                self._publish_some(publisher)
                if time.monotonic() - forgotten > _FORGET_EVERY:
                    self._answers.forget(now())
                    forgotten = time.monotonic()
                self._ending.wait(_EVERY)

    def _publish_some(self, publisher: Publisher) -> None:
        waiting = self._answers.claim(now(), _LEASE, _AT_A_TIME)
        try:
            while waiting:
                self._publish(publisher, waiting[0])
                del waiting[0]
        finally:
            if waiting:
                self._answers.give_back(waiting, now())

    def _publish(self, publisher: Publisher, given: Given) -> None:
        """One after the other, so that what is refused holds nothing else up."""
        try:
            publisher.send(given.completed)
            publisher.flush()
        except TooLarge as error:
            self._answers.refused(given.completed, "too_large", str(error))
        except Unencodable as error:
            self._answers.refused(given.completed, "contract_broken", str(error))
        except NotWritten as error:
            if not error.unfit:
                raise
            self._answers.refused(given.completed, "broker_refuses", str(error))
        except _AWAY:
            raise
        except Exception as error:
            # A bug, and of this one: it stays claimed, so that the others come before it.
            log.error("an answer waits", exc_info=error, quoting=False)
            return
        self._answers.published(given.answer_id, now())

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
