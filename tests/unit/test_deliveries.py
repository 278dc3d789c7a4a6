"""Deliveries over tables in memory: order, packs, breakers, giving up, going back, moving away."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from msgspec import Struct

from connectors.clock import now
from connectors.deliveries import Deliveries, Limits
from connectors.delivery_notes import DeliveryNotes
from connectors.delivery_tables import OWED
from connectors.guard import Guard
from connectors.receiver import Outcome
from connectors.settings import Redis
from connectors.steps import Written
from connectors.stream import Decoded, Received, Rejected
from connectors.tables import Tables
from operators.outbox import Owed
from operators.table import MemoryTable
from operators.time import Instant

HERE: Instant = 0


@pytest.fixture(autouse=True)
def clock() -> None:
    """The threads read the clock, so each test begins with what it says."""
    global HERE
    HERE = now()


class Content(Struct, frozen=True):
    number: int


class Recorder:
    """A receiver that notes what it is given, and answers as it is told."""

    longest = 1_000

    def __init__(self, answer: Callable[[int], Outcome] = lambda _: Outcome("DELIVERED")) -> None:
        self.guard = Guard("erp")
        self.got: list[tuple[int, ...]] = []
        self.ids: list[str] = []
        self.answer = answer

    def deliver(self, delivery_id: str, records: Sequence[Any]) -> Outcome:
        self.got.append(tuple(each.number for each in records))
        self.ids.append(delivery_id)
        return self.answer(len(self.got))

    def close(self) -> None: ...


def received(number: int) -> Received:
    return Received("t", 0, number, b"k", b"v", [], HERE)


class Flow:
    """What a step does with deliveries, epoch by epoch."""

    def __init__(self, receiver: Recorder, *, give_up: Instant = 60_000, at_once: int = 1) -> None:
        self.tables: dict[str, Any] = {OWED.name: MemoryTable[Owed]()}
        self.finished: list[int] = []
        self.fetched: list[int] = []
        self.deliveries = Deliveries(
            {"erp": receiver},
            Limits(at_once, 5.0, give_up),
            self.fetch,
            lambda record: Decoded(Content(record.offset), record),
            DeliveryNotes(Redis(), "test"),
            lambda: [0],
        )

    def fetch(self, topic: str, partition: int, offsets: Iterable[int]) -> list[Received]:
        wanted = sorted(offsets)
        self.fetched += wanted
        return [received(each) for each in wanted]

    def owe(self, *numbers: int, lane: str = "", pack: str = "", to: str = "erp") -> None:
        for number in numbers:
            owed = Owed(to, "t", number, HERE, HERE, lane, pack)
            record = Decoded(Content(number), received(number))
            self.deliveries.owe(self.tables, 0, f"k{number}", owed, record)

    def tick(self, at: Instant | None = None) -> list[Written]:
        at = HERE if at is None else at
        return list(self.deliveries.tick(self.tables, 0, at, self.finish, lambda _, due: due))

    def finish(
        self,
        tables: Tables,
        keys: Sequence[str],
        records: Sequence[Decoded[Any]],
        outcome: Outcome,
        at: Instant,
    ) -> Iterable[Written]:
        self.finished += [each.record.number for each in records]
        return ()

    def commit(self) -> None:
        self.deliveries.committed()

    def left(self) -> list[str]:
        return [key for key, _ in self.tables[OWED.name].items()]


def answering(*kinds: Any) -> Callable[[int], Outcome]:
    return lambda call: Outcome(kinds[min(call, len(kinds)) - 1], "because")


def test_nothing_is_delivered_before_it_is_owed_for_good() -> None:
    receiver = Recorder()
    flow = Flow(receiver)
    flow.owe(1, 2)
    flow.tick()
    assert not receiver.got
    flow.commit()
    assert flow.deliveries.due(0, HERE)
    flow.tick()
    assert receiver.got == [(1,), (2,)]
    assert not flow.left()
    assert not flow.fetched, "what has just come is not read again"


def test_what_an_epoch_that_is_given_up_has_delivered_is_not_delivered_again() -> None:
    receiver = Recorder()
    flow = Flow(receiver)
    flow.owe(1)
    flow.commit()
    before = dict(flow.tables[OWED.name].items())
    flow.tick()
    for key, owed in before.items():
        flow.tables[OWED.name].put(key, owed)
    flow.deliveries.forget()
    flow.owe(2)
    flow.commit()
    flow.tick()
    assert receiver.got == [(1,), (2,)]
    assert flow.finished == [1, 1, 2]
    assert not flow.left()


def test_order_within_a_lane_is_kept_when_it_is_restored() -> None:
    receiver = Recorder(answering("AWAY"))
    flow = Flow(receiver)
    flow.owe(1, 2, lane="r")
    flow.commit()
    flow.tick()
    assert receiver.got == [(1,)], "the second waits for the first"
    assert flow.left() == ["k2", "k1"], "as a changelog has it"
    again = Recorder()
    after = Flow(again)
    after.tables = flow.tables
    after.tick(HERE)
    after.tick(HERE + 3_600_000)
    assert again.got == [(1,), (2,)]
    assert after.fetched


def test_a_pack_goes_in_one_in_its_order_and_is_known_by_what_is_in_it() -> None:
    receiver = Recorder()
    flow = Flow(receiver)
    flow.owe(*range(1_500), pack="p")
    flow.commit()
    flow.tick()
    assert receiver.got == [tuple(range(1_500))]
    other = Recorder()
    shorter = Flow(other)
    shorter.owe(*range(1_499), pack="p")
    shorter.commit()
    shorter.tick()
    assert other.ids != receiver.ids


def test_what_is_refused_is_a_dead_letter_and_holds_nobody_up() -> None:
    receiver = Recorder(answering("REFUSED", "DELIVERED"))
    flow = Flow(receiver)
    flow.owe(1, 2)
    flow.commit()
    (letter,) = flow.tick()
    assert letter == Rejected(received(1), "delivery_refused", "because")
    assert flow.finished == [2]
    assert flow.deliveries.counts == {("erp", "REFUSED"): 1, ("erp", "DELIVERED"): 1}


def test_without_such_a_receiver_it_is_a_dead_letter() -> None:
    flow = Flow(Recorder())
    flow.owe(1, to="nobody")
    flow.commit()
    (letter,) = flow.tick()
    assert isinstance(letter, Rejected)
    assert letter.message == "the settings have no receiver called nobody"


def test_what_never_goes_is_given_up_in_time_even_if_the_breaker_is_open() -> None:
    receiver = Recorder(answering("AWAY"))
    flow = Flow(receiver, give_up=10_000)
    flow.owe(*range(20))
    flow.commit()
    for _ in range(5):
        assert not flow.tick()
    assert len(receiver.got) == 3, "then it is left alone"
    letters = [letter for later in range(60) for letter in flow.tick(HERE + 20_000 + later * 1_000)]
    rejected = [each for each in letters if isinstance(each, Rejected)]
    assert Counter(each.received.offset for each in rejected) == dict.fromkeys(range(20), 1)
    assert {each.reason for each in rejected} == {"delivery_failed"}
    assert not flow.left()


def test_a_receiver_that_is_busy_is_asked_later_and_its_breaker_stays_closed() -> None:
    receiver = Recorder(lambda call: Outcome("BUSY", "429", wait=30_000))
    flow = Flow(receiver)
    flow.owe(*range(5))
    flow.commit()
    flow.tick()
    assert receiver.guard.state == "CLOSED"
    (owed, *_) = (each for _, each in flow.tables[OWED.name].items())
    assert owed.due - time.time_ns() // 1_000_000 > 29_000
    assert owed.tries == 1


def test_a_slow_one_goes_on_while_the_flow_does_not_wait() -> None:
    go_on = threading.Event()

    def slowly(_: int) -> Outcome:
        go_on.wait(20)
        return Outcome("DELIVERED")

    flow = Flow(Recorder(slowly))
    flow.deliveries._limits = Limits(1, 0.05, 60_000)
    flow.owe(1)
    flow.commit()
    began = time.monotonic()
    flow.tick()
    assert time.monotonic() - began < 10
    assert flow.deliveries.due(0, HERE), "it is looked at again"
    assert flow.deliveries.waiting("erp") == 1
    go_on.set()
    end = time.monotonic() + 10
    at = HERE
    while flow.left():
        assert time.monotonic() < end
        at += 1
        flow.tick(at)
    assert flow.finished == [1]


def test_a_defect_of_ours_stops_neither_the_others_nor_the_receiver(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(call: int) -> Outcome:
        if call == 1:
            raise ZeroDivisionError("4711")
        return Outcome("DELIVERED")

    receiver = Recorder(broken)
    flow = Flow(receiver)
    flow.owe(1, 2)
    flow.commit()
    flow.tick()
    assert flow.finished == [2]
    assert flow.left() == ["k1"]
    assert receiver.guard.state == "CLOSED"
