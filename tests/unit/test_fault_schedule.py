"""The schedule of a fault run: the same for the same seed, with every kind in it."""

from itertools import pairwise

import pytest

from tests.faults.schedule import AWAY_AT_START, KINDS, occupied, schedule

SHARE = 285.0
FULL = 1_000.0


@pytest.mark.parametrize("seed", range(8))
def test_the_same_seed_gives_the_same_schedule(seed: int) -> None:
    assert list(schedule(seed, FULL)) == list(schedule(seed, FULL))
    assert list(schedule(seed, FULL)) != list(schedule(seed + 1, FULL))


@pytest.mark.parametrize("seed", range(8))
def test_a_fault_comes_every_ten_seconds_and_enough_of_them_kill(seed: int) -> None:
    faults = list(schedule(seed, FULL))
    starts = [0.0, *(fault.at for fault in faults), FULL]
    assert max(after - before for before, after in pairwise(starts)) <= 10.0
    assert sum(fault.kind.startswith("kill_") for fault in faults) >= 50


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("seconds", [SHARE, FULL])
def test_every_kind_comes(seed: int, seconds: float) -> None:
    found = {fault.kind for fault in schedule(seed, seconds)} | {AWAY_AT_START}
    assert found == set(KINDS)


@pytest.mark.parametrize("seed", range(8))
def test_flows_are_rescaled_ten_times(seed: int) -> None:
    kinds = [fault.kind for fault in schedule(seed, FULL)]
    assert kinds.count("rescale") + kinds.count("kill_during_rebalance") >= 10


@pytest.mark.parametrize("seed", range(8))
def test_what_excludes_each_other_does_not_overlap(seed: int) -> None:
    ends: dict[str, float] = {}
    for fault in schedule(seed, FULL):
        for resource in occupied(fault.kind, fault.target):
            assert ends.get(resource, 0.0) <= fault.at
            ends[resource] = round(fault.at + fault.seconds, 1)


def test_brokers_are_away_for_ninety_seconds_in_the_full_run_only() -> None:
    away = {
        seconds: {fault.seconds for fault in schedule(1, seconds) if fault.kind == "brokers_away"}
        for seconds in (SHARE, FULL)
    }
    assert away == {SHARE: {18.0}, FULL: {90.0}}


def test_a_kind_that_cannot_be_put_in_is_left_out() -> None:
    assert "database_full" not in {
        fault.kind for fault in schedule(1, FULL, without=("database_full",))
    }
