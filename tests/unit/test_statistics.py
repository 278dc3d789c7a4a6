"""Statistics: the same decisions give the same sums, in whatever order and split they come."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from operators.decision import Branch
from operators.money import ONE
from operators.statistics import InvoiceStatistics, JudgedRequest, Kept, Totals, Windows
from operators.statistics.latency import bucket_of, quantile
from operators.statistics.record import BranchLatency, BrokenRule
from operators.table import MemoryTable
from operators.time import DAY, Instant
from tests.unit.statistics_by_hand import HOUR, MINUTE, latest, merged, wanted

START = 1_772_442_000_000
"""An hour begins."""
PATIENCE = 32_000
_BRANCHES: tuple[Branch, ...] = ("FRAUD", "PRICING")
LATENCIES = st.integers(0, 10**7) | st.integers(0, 2**63 - 1)


def kept() -> Kept:
    return Kept(MemoryTable(), MemoryTable(), MemoryTable())


def decision(request: str = "R", **fields: object) -> JudgedRequest:
    base = JudgedRequest(
        vendor_id="v-1",
        request_id=request,
        attempt=1,
        revision=1,
        status="APPROVED",
        branches=(),
        opened_at=START,
        latency_ms=57,
        decided_by="clean",
        currency="EUR",
        due=19_90 * ONE // 100,
    )
    return replace(base, **fields)


@st.composite
def histories(draw: st.DrawFn, most: int = 8) -> list[JudgedRequest]:
    """Every revision of some attempts, each in its order."""
    made: list[JudgedRequest] = []
    for number in range(draw(st.integers(1, most))):
        opened_at = START + draw(st.integers(0, 3 * HOUR))
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            branches = tuple(
                BranchLatency(
                    branch,
                    tuple(
                        BrokenRule(rule, draw(st.sampled_from(["INFO", "ERROR"])))
                        for rule in draw(st.lists(st.sampled_from("ABC"), max_size=3))
                    ),
                    draw(LATENCIES),
                )
                for branch in draw(st.sets(st.sampled_from(_BRANCHES)))
            )
            made.append(
                decision(
                    f"R{number // 2}",
                    attempt=1 + number % 2,
                    revision=revision,
                    status=draw(st.sampled_from(["APPROVED", "REVIEW", "REJECTED"])),
                    branches=branches,
                    opened_at=opened_at,
                    latency_ms=draw(LATENCIES),
                    decided_by=draw(st.sampled_from(["clean", "large", None])),
                    currency=draw(st.sampled_from(["EUR", "PLN", "", "eur", None])),
                    due=draw(st.none() | st.integers(-(2**62), 2**62)),
                )
            )
    return made


def counted(
    batches: Iterable[Sequence[JudgedRequest]], partitions: int = 1, every: int = 5_000
) -> dict[tuple[str, Instant], Totals]:
    """What stands in the topic in the end."""
    windows = Windows(every, DAY, PATIENCE)
    states = [kept() for _ in range(partitions)]
    records: list[InvoiceStatistics] = []
    now = START
    for batch in batches:
        now += 1_700
        for number, state in enumerate(states):
            mine = [
                each for each in batch if crc32(each.request_id.encode()) % partitions == number
            ]
            records += windows.count(state, number, mine, now)
            records += windows.caught_up(state, now - 400, now)
    for state in states:
        records += windows.caught_up(state, START + 5 * HOUR, START + 5 * HOUR)
    found = latest(records)
    assert all(record.closed for record in found)
    return merged(found)


@settings(max_examples=150, deadline=None)
@given(history=histories(), random=st.randoms(use_true_random=False), data=st.data())
def test_any_order_duplication_and_split_ends_in_the_same_sums(
    history: list[JudgedRequest], random: Random, data: st.DataObject
) -> None:
    events = history + random.choices(history, k=data.draw(st.integers(0, 8)))
    random.shuffle(events)
    size = data.draw(st.integers(1, len(events)))
    batches = [events[at : at + size] for at in range(0, len(events), size)]
    found = counted(
        batches, data.draw(st.integers(1, 3)), data.draw(st.sampled_from([0, 5_000, 60_000]))
    )
    assert found == wanted(history)


@settings(max_examples=50, deadline=None)
@given(histories(2), histories(2), histories(2))
def test_sums_add_up_in_any_grouping(
    one: list[JudgedRequest], two: list[JudgedRequest], three: list[JudgedRequest]
) -> None:
    first, second, third = (next(iter(wanted(each).values())) for each in (one, two, three))
    left, right, inner = first.copy(), first.copy(), second.copy()
    left.merge(second)
    left.merge(third)
    inner.merge(third)
    right.merge(inner)
    assert left == right
    inner.merge(first)
    assert left == inner


@given(st.lists(LATENCIES, min_size=1), st.integers(1, 100))
def test_a_quantile_is_within_one_percent(latencies: list[int], percent: int) -> None:
    exact = sorted(latencies)[-(-len(latencies) * percent // 100) - 1]
    found = quantile(Counter(map(bucket_of, latencies)), percent)
    assert found is not None
    assert 100 * abs(found - exact) <= exact


def test_a_correction_moves_the_request_and_keeps_the_latency_of_its_first_decision() -> None:
    review = decision(status="REVIEW", decided_by="doubtful", latency_ms=60)
    approved = decision(revision=2, latency_ms=9 * HOUR)
    minute = counted([[review], [approved]])["MINUTE", START]
    assert minute.statuses == {"APPROVED": 1}
    assert minute.rows == {"clean": 1}
    assert minute.amounts == {"EUR/APPROVED": (1, 19, 90_000_000)}
    assert minute.latencies == {"DECISION": {60: 1}}


def test_changes_are_written_every_few_seconds_and_not_with_every_decision() -> None:
    windows, state = Windows(5_000, DAY, PATIENCE), kept()
    written = [
        windows.count(state, 0, [decision(f"R{second}")], START + 1_000 * second)
        for second in range(20)
    ]
    assert [len(records) for records in written if records] == [2, 2, 2, 2]
    assert windows.caught_up(state, START + 19_500, START + 19_500) == []
    last = windows.caught_up(state, START + 22_000, START + 22_000)
    assert [(each.length, each.decided, each.closed) for each in last] == [
        ("MINUTE", 20, False),
        ("HOUR", 20, False),
    ]
    assert windows.caught_up(state, START + 60_000, START + 60_000) == []


def test_a_window_is_closed_once_all_that_was_decided_in_time_has_been_read() -> None:
    windows, state = Windows(5_000, DAY, PATIENCE), kept()
    windows.count(state, 2, [decision()], START + 100)
    assert windows.caught_up(state, START + MINUTE + PATIENCE - 1, START + 2 * MINUTE) == []
    (minute,) = windows.caught_up(state, START + MINUTE + PATIENCE, START + 2 * MINUTE)
    assert (minute.window_id, minute.revision, minute.closed) == (
        "1m/2026-03-02T09:00:00.000Z/2",
        2,
        True,
    )
    corrected = windows.count(
        state, 2, [decision(revision=2, status="REJECTED")], START + 3 * MINUTE
    )
    assert [(each.length, each.closed) for each in corrected] == [("MINUTE", True), ("HOUR", False)]
    assert corrected[0].statuses[0].status == "REJECTED"


def test_what_is_older_than_all_windows_is_counted_as_late_where_it_is_read() -> None:
    windows, state = Windows(0, DAY, PATIENCE), kept()
    windows.count(state, 0, [decision()], START)
    tomorrow = START + DAY + 2 * HOUR
    windows.caught_up(state, tomorrow, tomorrow)
    assert not list(state.windows.items())
    assert not list(state.counted.items())
    late = [decision(revision=2), decision("other"), decision("new", opened_at=tomorrow)]
    minute, hour = windows.count(state, 0, late, tomorrow + 1_000)
    assert (minute.decided, minute.late) == (hour.decided, hour.late) == (1, 2)
    assert minute.starts_at == tomorrow


def test_a_decision_of_another_age_is_counted_without_a_window_of_its_own() -> None:
    windows, state = Windows(0, DAY, PATIENCE), kept()
    absurd = [decision("past", opened_at=-(2**63)), decision("future", opened_at=2**63 - 1)]
    minute, _ = windows.count(state, 0, absurd, START)
    assert (minute.decided, minute.late) == (0, 2)
