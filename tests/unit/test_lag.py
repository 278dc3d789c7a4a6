"""`operators.lag`: what can be said of any group, whatever it commits."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.lag import Ends, Next, PartitionLag, Position, judge, pace_of
from operators.lag_state import MOST_COMMITS, Commit, State, latest, state

WINDOW = 10_000
NOW = 1_000_000

offsets = st.integers(0, 1_000)


@st.composite
def commits(draw: st.DrawFn, least: int = 0) -> list[Commit]:
    """Any commits, in order of time, none after now."""
    instants = sorted(draw(st.lists(st.integers(NOW - 50_000, NOW), min_size=least, max_size=30)))
    return [Commit(draw(offsets), at, draw(offsets)) for at in instants]


def every_second(offset: int, step: int, lags: Sequence[int]) -> list[Commit]:
    """A commit a second up to now, each `step` behind the one before."""
    count = len(lags)
    return [
        Commit(offset + each * step, NOW - (count - 1 - each) * 1_000, lag)
        for each, lag in enumerate(lags)
    ]


@given(commits(), offsets)
def test_whoever_has_read_everything_is_ok(made: list[Commit], waiting: int) -> None:
    assert state(made, 0, waiting, NOW, WINDOW) is State.OK


@given(commits(), st.integers(1, 1_000), st.integers(0, 100_000))
def test_silence_beyond_window_and_history_is_a_stop(
    made: list[Commit], waiting: int, more: int
) -> None:
    seen = made[-1].at - made[0].at if made else 0
    last = made[-1].at if made else NOW
    later = last + max(seen, WINDOW) + 1 + more
    assert state(made, waiting, waiting, later, WINDOW) is State.STOP


@given(commits(), st.integers(1, 1_000), st.integers(0, 100_000))
def test_what_has_not_waited_for_the_window_is_no_stop(
    made: list[Commit], lag: int, later: int
) -> None:
    assert state(made, lag, 0, NOW + later, WINDOW) is not State.STOP


@given(st.integers(1, 1_000), st.lists(st.integers(1, 50), min_size=2, max_size=10))
def test_commits_of_the_same_offset_are_a_stall(offset: int, lags: list[int]) -> None:
    made = every_second(offset, 0, lags)
    assert state(made, lags[-1], lags[0], NOW, WINDOW) is State.STALL
    assert state(made, lags[-1], 0, NOW, WINDOW) is State.OK


@given(commits(2), st.integers(1, 1_000))
def test_only_a_group_behind_where_it_was_is_a_rewind(made: list[Commit], lag: int) -> None:
    found = state(made, lag, 0, NOW, WINDOW)
    back = made[-1].offset < max(commit.offset for commit in made)
    assert (found is State.REWIND) == back


def test_a_group_that_has_come_to_where_it_was_is_ok_again() -> None:
    made = [Commit(50, NOW - 3_000, 0), Commit(10, NOW - 2_000, 45), Commit(60, NOW, 5)]
    assert state(made, 5, 5, NOW, WINDOW) is State.OK


def test_a_lag_that_only_grows_is_warned_of() -> None:
    assert state(every_second(10, 5, [10, 20, 20, 30]), 30, 30, NOW, WINDOW) is State.WARN
    assert state(every_second(10, 5, [10, 20, 15, 30]), 30, 30, NOW, WINDOW) is State.OK
    assert state(every_second(10, 5, [10, 0, 20, 30]), 30, 30, NOW, WINDOW) is State.OK
    assert state(every_second(10, 5, [10, 20, 20, 30]), 30, 0, NOW, WINDOW) is State.OK


def test_a_marker_left_at_every_commit_is_nothing_to_warn_of() -> None:
    assert state(every_second(10, 5, [1] * 10), 1, 1, NOW, WINDOW) is State.OK


@given(commits(), st.integers(0, 5_000))
def test_commits_kept_are_bounded_and_end_with_the_last(made: list[Commit], apart: int) -> None:
    kept = latest(made, apart)
    assert len(kept) <= MOST_COMMITS
    assert kept[-1:] == tuple(made[-1:])
    assert all(b.at - a.at >= apart for a, b in pairwise(kept[:-1]))


@given(commits(), st.integers(0, 30), st.integers(0, 5_000))
def test_commits_may_come_in_parts(made: list[Commit], cut: int, apart: int) -> None:
    assert latest([*latest(made[:cut], apart), *made[cut:]], apart) == latest(made, apart)


@given(
    st.dictionaries(st.integers(0, 50_000), st.integers(0, 100), min_size=1, max_size=60),
    st.integers(1, 5_000),
    st.lists(st.integers(-1_000, 60_000), min_size=1, max_size=9),
)
def test_an_end_never_goes_back_and_never_beyond_the_last(
    grown: dict[int, int], apart: int, at: list[int]
) -> None:
    ends, end = Ends(apart), 0
    for instant in sorted(grown):
        end += grown[instant]
        ends.add(instant, end)
    found = [ends.at(each) for each in sorted(at)]
    assert found == sorted(found)
    assert ends.at(ends.since) <= found[0]
    assert found[-1] <= end == ends.at(max(grown))
    assert len(ends) <= 2 * MOST_COMMITS + 1


def judged(
    position: Position, following: Next | None, made: Sequence[Commit] = (), waited: int = 0
) -> PartitionLag:
    ends = Ends(1_000)
    ends.add(NOW - 2 * WINDOW, waited)
    ends.add(NOW, position.end)
    at = ("group", "topic", 0)
    return judge(at, position, made, ends, following, NOW, WINDOW, members=1)


def test_only_a_marker_left_is_no_lag() -> None:
    found = judged(Position(committed=9, start=0, end=10), Next(None, 10), waited=10)
    assert (found.lag, found.behind, found.seconds) == (0, 1, 0.0)
    assert found.state is State.OK
    assert found.in_open_transactions == 0


def test_what_a_transaction_holds_back_is_no_lag_and_is_told() -> None:
    found = judged(Position(committed=10, start=0, end=30), Next(None, 12), waited=30)
    assert (found.lag, found.behind, found.in_open_transactions) == (0, 20, 18)
    assert found.state is State.OK


def test_age_is_that_of_the_next_record_and_never_negative() -> None:
    position = Position(committed=5, start=0, end=10)
    assert judged(position, Next(NOW - 2_500, 5)).seconds == 2.5
    assert judged(position, Next(NOW + 2_500, 5)).seconds == 0.0


def test_a_record_that_could_not_be_fetched_counts_as_one() -> None:
    found = judged(Position(committed=5, start=0, end=10), None, waited=10)
    assert (found.lag, found.state) == (5, State.STOP)


@given(st.none() | offsets, offsets, offsets)
def test_lag_is_what_is_kept_and_not_read(committed: int | None, start: int, more: int) -> None:
    position = Position(committed=committed, start=start, end=start + more)
    assert 0 <= position.lag <= more
    if committed is not None and committed <= position.end:
        assert position.behind == position.lag + position.expired


def test_pace_counts_the_silence_up_to_now() -> None:
    made = [Commit(0, NOW - 10_000, 100), Commit(50, NOW - 5_000, 100)]
    pace = pace_of(made, Ends(1), 200, NOW)
    assert pace is not None
    assert (pace.reads, pace.writes) == (5.0, 10.0)
    assert pace.seconds_left(150) is None


def test_a_group_that_has_not_committed_reads_nothing() -> None:
    ends = Ends(1_000)
    ends.add(NOW - 20_000, 100)
    pace = pace_of((), ends, 300, NOW)
    assert pace is not None
    assert (pace.reads, pace.writes) == (0.0, 10.0)


@pytest.mark.parametrize("number", range(len(State)))
def test_states_go_from_good_to_bad(number: int) -> None:
    assert [each.severity for each in State][number] == number
