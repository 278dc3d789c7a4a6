"""Which dead letters have been dealt with, and dealing with them: each exactly once.

A replayed record and the mark on its letter are written in one transaction. All who resolve
share one transactional id, so a second one fences the first before it reads the marks: a letter
can neither be lost between the two nor be sent back twice.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Literal, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Producer
from msgspec import Struct

from connectors.browse import partitions_of, read_all
from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.dead_letters import CUT, PARTITION, TOPIC, replay_headers
from connectors.envelope import Envelope
from connectors.errors import Unavailable
from connectors.kafka import LARGEST, PARTITIONER, client
from connectors.stream import Received
from operators.time import Instant

Action: TypeAlias = Literal["REPLAYED", "DISCARDED", "UNKNOWN"]
"""Whether a dead letter was sent back to its topic."""

_TRANSACTIONAL_ID = "manifold-dead-letters"
_BATCH = 500
"""Letters in one transaction."""
_TIMEOUT = 30.0


class DeadLetterResolved(Struct, frozen=True):
    """Somebody has dealt with a dead letter."""

    letter: str
    """Where the letter stands: topic/partition/offset."""
    action: Action
    """Whether it was sent back to its topic."""
    resolved_at: Instant
    """When it was dealt with."""
    resolved_by: str
    """Who did: the name of the user's account."""


_FENCED = {KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH}


class NotResolved(Unavailable):
    """Dead letters could not be dealt with; the text says how many were, and why."""


class Overtaken(NotResolved):
    """Somebody else has begun to deal with dead letters; a new resolver takes over again."""


def letter_id(letter: Received) -> str:
    """What a dead letter is called: topic/partition/offset."""
    return f"{letter.topic}/{letter.partition}/{letter.offset}"


def source_topic(letter: Received) -> str:
    """The topic a dead letter's record came from."""
    named = letter.header(TOPIC)
    return named.decode() if named else letter.topic.removesuffix(".dlq")


def resolved_letters(
    kafka: Mapping[str, str], contracts: Contracts, codec: Codec
) -> dict[str, Action]:
    """The letters that have been dealt with.

    Raises TopicsMissing when the topic that says so does not exist yet.
    """
    topic = contracts.topic_of(DeadLetterResolved).name
    decode = codec.decoder(DeadLetterResolved)
    found: dict[str, Action] = {}
    for mark in read_all(kafka, [topic]):
        letter = (mark.key or b"").decode()
        if mark.value is None:
            found.pop(letter, None)
        else:
            found[letter] = decode(mark.value).action
    return found


class Resolver:
    """Replays and discards dead letters."""

    def __init__(
        self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec, by: str
    ) -> None:
        """`by`: whose account does it. Ends whatever another resolver has open."""
        self._marks = contracts.topic_of(DeadLetterResolved).name
        self._encode = codec.encoder(DeadLetterResolved)
        self._envelope = Envelope("operations", self._marks)
        self._by = by
        self._producer = Producer(
            client(
                kafka,
                {
                    "transactional.id": contracts.namespace + _TRANSACTIONAL_ID,
                    "transaction.timeout.ms": 60_000,
                    "message.max.bytes": LARGEST,
                    "partitioner": PARTITIONER,
                },
            )
        )
        self._producer.init_transactions(_TIMEOUT)
        self._resolved = resolved_letters(kafka, contracts, codec)
        self._kafka = kafka
        self.done = 0
        """Letters dealt with so far."""

    def open_of(self, letters: Iterable[Received]) -> list[Received]:
        """Those that nobody has dealt with."""
        return [each for each in letters if letter_id(each) not in self._resolved]

    def resolve(
        self,
        letters: Sequence[Received],
        action: Action,
        tell: Callable[[int, int], None] = lambda done, total: None,
        per_second: float | None = None,
    ) -> int:
        """Deal with those letters that nobody has dealt with; how many there were.

        With `per_second`, a second's worth in a transaction, and no faster than that. Raises
        NotResolved; what was done before that stays done.
        """
        if action == "REPLAYED" and (cut := [each for each in letters if each.header(CUT)]):
            raise NotResolved(
                f"{len(cut)} of these dead letters are not whole: their records are larger than "
                "a dead letter may be: send those anew from where they came from, and discard them"
            )
        left = iter(self.open_of(letters))
        counts = partitions_of(self._kafka, {source_topic(each) for each in letters})
        most = _BATCH if per_second is None else max(1, min(_BATCH, int(per_second)))
        began, before = time.monotonic(), self.done
        while batch := list(islice(left, most)):
            if per_second is not None:
                due = began + (self.done - before) / per_second
                time.sleep(max(0.0, due - time.monotonic()))
            try:
                self._transact(batch, action, counts)
            except KafkaException as error:
                problem = error.args[0]
                raise (Overtaken if problem.code() in _FENCED else NotResolved)(
                    f"{self.done - before} dead letters were dealt with, then Kafka refused: "
                    f"{problem.str()}. Nothing is half done: try again."
                ) from error
            self._resolved.update((letter_id(each), action) for each in batch)
            self.done += len(batch)
            tell(self.done - before, len(letters))
        return self.done - before

    def _transact(
        self, batch: Sequence[Received], action: Action, counts: Mapping[str, int]
    ) -> None:
        at = now()
        self._producer.begin_transaction()
        for letter in batch:
            if action == "REPLAYED":
                topic = source_topic(letter)
                self._producer.produce(
                    topic,
                    letter.value,
                    letter.key,
                    _partition(letter, counts[topic]),
                    timestamp=letter.timestamp,
                    headers=list(replay_headers(letter)),
                )
            mark = DeadLetterResolved(letter_id(letter), action, at, self._by)
            headers = self._envelope.headers(mark, at)
            self._producer.produce(
                self._marks, self._encode(mark), mark.letter.encode(), headers=list(headers)
            )
        self._producer.commit_transaction(_TIMEOUT)


def _partition(letter: Received, count: int) -> int:
    """The partition the record was read from, for its state is there; -1 if it is gone."""
    named = (letter.header(PARTITION) or b"").decode()
    return int(named) if named.isdecimal() and int(named) < count else -1
