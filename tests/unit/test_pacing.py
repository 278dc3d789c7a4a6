"""Pauses between transactions."""

from datetime import timedelta

import pytest

from connectors import pacing
from connectors.pacing import Pacing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pacing, "time", found)
    return found


def test_the_pause_counts_from_the_commit(clock: Clock) -> None:
    paced = Pacing(timedelta(milliseconds=20))
    paced.committed(0.001)
    assert paced.pause() == pytest.approx(0.020)
    clock.now += 0.015
    assert paced.pause() == pytest.approx(0.005)
    clock.now += 1
    assert paced.pause() == 0


def test_slow_commits_make_it_longer_up_to_a_limit(clock: Clock) -> None:
    paced = Pacing(timedelta(milliseconds=20))
    pauses = []
    for _ in range(100):
        paced.committed(0.05)
        pauses.append(paced.pause())
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(0.05, rel=0.01)
    for _ in range(100):
        paced.committed(5)
    assert paced.pause() == 0.25


def test_quick_commits_make_it_short_again(clock: Clock) -> None:
    paced = Pacing(timedelta(milliseconds=20))
    paced.committed(5)
    for _ in range(100):
        paced.committed(0.001)
    assert paced.pause() == pytest.approx(0.020)


def test_a_backlog_is_not_kept_waiting(clock: Clock) -> None:
    paced = Pacing(timedelta(seconds=1))
    paced.committed(0.01)
    paced.polled(5_000, 10_000)
    assert paced.pause() == 0
    paced.polled(4_999, 10_000)
    assert paced.pause() > 0
