"""How long a flow takes to pass an invoice on: a queue that is served in batches.

A process pauses, polls what has come since, works on it, and commits; whoever comes meanwhile
waits for the next poll. What comes during a cycle is what the next one works on, so with s seconds
of pause and commit, and a share r of the time spent working, a cycle lasts

    C = s / (1 - r)

the mean cycle of a queue with gated service and a set-up (H. Takagi, Queuing Analysis of Polling
Models, ACM Computing Surveys 20, 1988; with one queue). An invoice waits up to one cycle for its
poll, evenly, and then for the work and the commit of its batch: wait + r C + commit.
"""

from collections.abc import Sequence
from typing import NamedTuple

from manifold.sizing.measured import Transactions
from manifold.sizing.times import Times, both, later, lognormal, longest, mean, uniform

PAUSE = 0.02
"""Seconds, the setting `flow.commit_interval`; longer where commits are (connectors/pacing.py)."""
POLL = 10_000
"""Records of a poll that is full, the setting `flow.poll_records`."""


class Cycle(NamedTuple):
    """One process of a flow at some rate."""

    busy: float
    """Share of the time that its thread works, 0 to 1."""
    seconds: float
    """From one poll to the next."""
    passing: Times
    """From an invoice's arrival to its being visible to the next flow."""


def cycle(rate: float, thread_us: float, transactions: Transactions) -> Cycle:
    """A process that so many invoices come to in a second, each of which takes so long.

    Raises ValueError when it would never get through them.
    """
    busy = rate * thread_us / 1e6
    if busy >= 1:
        raise ValueError(f"{rate:,.0f} invoices of {thread_us:.0f} µs a second are too many")
    commit = lognormal(transactions.median_ms / 1e3, transactions.p95_ms / 1e3)
    setup = max(PAUSE, mean(commit)) + mean(commit)
    seconds = setup / (1 - busy)
    if rate * seconds > POLL:
        # Polls are full, so there is no pause; what is left over waits for the next.
        seconds = mean(commit) / (1 - busy)
    passing = later(both(uniform(seconds), commit), busy * seconds)
    return Cycle(busy, seconds, passing)


def end_to_end(branches: Sequence[Cycle], join: Cycle) -> Times:
    """From an upload to its decision: the slowest of the branches, then the join."""
    return both(longest([each.passing for each in branches]), join.passing)
