"""Requests wait for what is away and are judged again in order, at a rate, each once."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from operators.breaker import Breaker
from operators.resumption import LONGEST, SHORTEST, Rate, Resumption

PARTS = ("policy", "exchange rate USD")


@given(
    per_second=st.integers(1, 300),
    requests=st.lists(st.sampled_from(PARTS), min_size=1, max_size=400),
    back=st.lists(st.integers(0, 100_000), min_size=2, max_size=2),
    step=st.integers(5, 2_000),
)
def test_all_are_judged_once_oldest_first_and_never_faster_than_the_rate(
    per_second: int, requests: list[str], back: list[int], step: int
) -> None:
    returns = dict(zip(PARTS, back, strict=True))
    rate, waiting = Rate(per_second), Resumption("0")
    part_of = {str(number): part for number, part in enumerate(requests)}
    for request, part in part_of.items():
        waiting.wait(request, part, 0)
    judged: list[int] = []
    answered: dict[str, list[int]] = {part: [] for part in PARTS}
    now = 0
    while waiting:
        now += step
        for request in waiting.next(now, rate):
            judged.append(now)
            away = part_of[request] if now < returns[part_of[request]] else None
            waiting.judged(request, away, now)
            if away is None:
                answered[part_of[request]].append(int(request))
        assert now < 100_000 + 2 * LONGEST + (len(requests) + 2) * max(step, 1_000), "starved"

    assert sorted(number for order in answered.values() for number in order) == list(
        range(len(requests))
    )
    for order in answered.values():
        # A probe may have been of another than the oldest; all that follow it are in order.
        assert order[1:] == sorted(order[1:])
    in_a_second = Counter(at // 1_000 for at in judged)
    assert max(in_a_second.values()) <= per_second + rate.at_once


@given(
    ends=st.sets(st.integers(0, 60), min_size=0, max_size=20),
    seed=st.text(max_size=5),
)
def test_some_that_lack_for_ever_hold_no_others_up(ends: set[int], seed: str) -> None:
    rate, waiting = Rate(1_000), Resumption(seed)
    for number in range(61):
        waiting.wait(str(number), "policy", 0)
    for now in range(0, 2_000_000, 500):
        for request in waiting.next(now, rate):
            waiting.judged(request, "policy" if int(request) in ends else None, now)
    assert len(waiting) == len(ends)


def test_a_part_that_stays_away_is_asked_less_and_less_often() -> None:
    rate, waiting = Rate(1_000), Resumption("0")
    waiting.wait("R", "policy", 0)
    probes = []
    for now in range(0, 300_000, 100):
        for request in waiting.next(now, rate):
            probes.append(now)
            waiting.judged(request, "policy", now)
    pauses = [later - earlier for earlier, later in pairwise(probes)]
    assert SHORTEST * 3 // 4 <= probes[0] <= SHORTEST
    assert all(LONGEST * 3 // 4 <= each <= LONGEST + 100 for each in pauses[6:])
    assert 10 < len(probes) < 20


def test_a_hint_brings_the_next_probe_forward_but_a_stream_of_hints_makes_no_stream_of_probes() -> (
    None
):
    rate, waiting = Rate(1_000), Resumption("0")
    waiting.wait("R", "policy", 0)
    probes = 0
    for now in range(0, 60_000, 20):
        waiting.hint(now)
        for request in waiting.next(now, rate):
            probes += 1
            waiting.judged(request, "policy", now)
    assert 55 <= probes <= 61


def test_one_that_lacks_another_part_then_waits_for_that() -> None:
    rate, waiting = Rate(1_000), Resumption("0")
    waiting.wait("R", "policy", 0)
    assert waiting.next(5_000, rate) == ["R"]
    waiting.judged("R", "exchange rate USD", 5_000)
    assert (waiting.state("policy"), waiting.state("exchange rate USD")) == ("CLOSED", "OPEN")
    assert waiting.next(5_100, rate) == []
    assert waiting.next(7_000, rate) == ["R"]


def test_a_clock_that_was_wrong_by_an_hour_holds_nothing_up_when_it_is_right_again() -> None:
    hour = 3_600_000
    rate, waiting = Rate(10), Resumption("0")
    waiting.wait("R1", "policy", hour)
    assert waiting.next(hour + 2_000, rate) == ["R1"]
    waiting.judged("R1", "policy", hour + 2_000)
    assert waiting.due(1)
    assert waiting.next(1, rate) == [], "nothing is gained by the jump"
    assert waiting.next(1_000, rate) == ["R1"]

    breaker = Breaker("rates", failures=1)
    assert breaker.allows(hour)
    breaker.failed(hour)
    assert not breaker.allows(hour + 1)
    assert breaker.allows(0)
