"""The rules while somebody types, also while Kafka is away."""

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest

from connectors.browse import BrokerAway
from connectors.policy_topic import Published
from operators.candidate import IN_FORCE
from tests.contract.generated_records import AT, CODEC, CONTRACTS
from tests.unit.test_inventory import POLICY, invoice
from web.review import rules
from web.review.rules import Rules

INVOICE = invoice()


class Topic:
    """The policies' topic: each read goes as the next of `reads` says, the last one again."""

    def __init__(self, *reads: Callable[[], object]) -> None:
        self.read = 0
        self._reads = reads

    def published(self) -> dict[str, Published]:
        self.read += 1
        self._reads[min(self.read, len(self._reads)) - 1]()
        return {IN_FORCE: Published(POLICY, AT)}


def away() -> None:
    raise BrokerAway("no Kafka broker answers")


def well() -> None:
    """It goes well."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]

    def nothing(*_: Any) -> Iterator[Any]:
        return iter(())

    monkeypatch.setattr(rules, "read_all", nothing)
    return now


def over(topic: Topic, clock: list[float]) -> Rules:
    made = Rules({}, CONTRACTS, CODEC, lambda: clock[0])
    made._policies = topic  # type: ignore[assignment]  # it does the same
    return made


def test_an_absent_broker_is_asked_now_and_then_only(clock: list[float]) -> None:
    topic = Topic(away, well, away)
    held = over(topic, clock)
    for _ in range(5):
        assert held.broken(INVOICE, AT) is None
    assert topic.read == 1
    clock[0] += 20
    assert held.broken(INVOICE, AT) is not None
    clock[0] += 61
    for _ in range(5):
        assert held.broken(INVOICE, AT) is not None, "what was known stays in force"
    assert topic.read == 3


def test_nobody_waits_for_a_read_that_takes_long(clock: list[float]) -> None:
    reading, go_on = Event(), Event()

    def slow() -> None:
        reading.set()
        assert go_on.wait(30)

    topic = Topic(well, slow)
    held = over(topic, clock)
    assert held.broken(INVOICE, AT) is not None
    clock[0] += 61
    reader = Thread(target=held.broken, args=(INVOICE, AT))
    reader.start()
    assert reading.wait(30)
    asked = Thread(target=held.broken, args=(INVOICE, AT), daemon=True)
    asked.start()
    asked.join(10)
    waits = asked.is_alive()
    go_on.set()
    reader.join(30)
    assert not waits
    assert topic.read == 2
