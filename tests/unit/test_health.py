"""What a process says of its health, on a clock of the test's own."""

import pytest

from connectors.health import Health


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(stalled_after=60, most_lag=30, clock=clock)


def at_work(health: Health) -> None:
    health.joined = health.polled = True


def test_before_it_polls_it_says_what_it_waits_for(health: Health) -> None:
    found = health.look("startup")
    assert not found.passed
    assert found.reasons == ("the flow has not started yet: waiting for the broker and its topics",)


def test_a_restore_tells_how_far_and_how_fast_it_is(health: Health, clock: Clock) -> None:
    health.began("state")
    clock.seconds = 4.0
    health.progressed(1_000, 0.25)
    found = health.look("startup")
    assert found.reasons == ("the flow has not started yet: reading state",)
    assert found.facts["restore"] == {
        "what": "state",
        "percent": 25.0,
        "records": 1_000,
        "records_per_second": 250,
        "seconds": 4.0,
    }


def test_after_a_restore_it_joins_and_then_it_is_ready(health: Health) -> None:
    health.began("reference data")
    health.restored()
    assert health.look("startup").reasons == ("the flow has not started yet: joining its group",)
    at_work(health)
    assert health.look("startup").passed
    assert health.look("ready").passed


def test_a_restore_later_on_makes_it_unready_but_it_has_started(health: Health) -> None:
    at_work(health)
    health.began("state")
    assert health.look("startup").passed
    assert health.look("ready").reasons == ("reading state",)


def test_a_thread_that_stands_still_is_no_longer_live(health: Health, clock: Clock) -> None:
    at_work(health)
    clock.seconds = 60.0
    assert health.look("live").passed
    clock.seconds = 61.0
    found = health.look("live")
    assert not found.passed
    assert found.reasons == ("the flow's thread has not moved for 61 s",)
    health.moves()
    assert health.look("live").passed


def test_a_start_that_waits_for_a_broker_is_not_restarted(health: Health, clock: Clock) -> None:
    clock.seconds = 10_000.0
    assert health.look("live").passed
    assert not health.look("startup").passed


def test_documents_may_take_their_time(health: Health, clock: Clock) -> None:
    at_work(health)
    health.patience(900)
    clock.seconds = 800.0
    assert health.look("live").passed
    clock.seconds = 901.0
    assert not health.look("live").passed


def test_ready_says_every_reason(health: Health) -> None:
    health.polled = True
    health.away = lambda: True
    health.lag = 31.4
    assert health.look("ready").reasons == (
        "the group has not given it partitions yet",
        "no broker can be reached",
        "it is 31 s behind what is written",
    )
