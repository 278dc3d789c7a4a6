"""`kill -9` and standstills, of processes with and without names: nothing lost, nothing doubled."""

import random

import pytest

from connectors.clock import now
from flows import BRANCHES
from manifold.exits import Exit
from operators.decision import InvoiceDecision
from tests.faults.exactness import assert_exact
from tests.integration.flow_process import Process
from tests.integration.pipeline import Pipeline, generated

PER_SECOND = 50
BACKLOG = 300
KILLS = 10
FLOWS = (*BRANCHES, "decide")
STANDSTILL = 12_000
"""Milliseconds: longer than a session may last, with a name and without."""


@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_killed_again_and_again(pipeline: Pipeline, named: bool) -> None:
    world, samples = generated(4_000)
    pipeline.publish_reference(world)
    for flow in BRANCHES[:2]:
        pipeline.start(flow)
    victims = [
        pipeline.start(flow, instance=instance if named else None)
        for flow in ("fraud", "pricing", "decide")
        for instance in ("one", "two")
    ]
    chance = random.Random(7)
    with pipeline.load(samples, PER_SECOND) as sent:
        pipeline.until(lambda: bool(pipeline.decided()), "the first decisions")
        for _ in range(KILLS):
            number = chance.randrange(len(victims))
            victims[number] = pipeline.killed(_current(pipeline, victims[number]))
            pipeline.until(pipeline.more(InvoiceDecision, 5), "decisions after a kill")
    pipeline.at_rest(*FLOWS)
    assert_exact(pipeline, world, sent)


@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_standing_still_for_longer_than_the_session(pipeline: Pipeline, named: bool) -> None:
    world, samples = generated(4_000)
    pipeline.publish_reference(world)
    for flow in FLOWS:
        pipeline.start(flow)
    still = [
        pipeline.start(flow, "two" if named else None, MANIFOLD_FLOW__POLL_RECORDS="10")
        for flow in ("fraud", "decide")
    ]
    # Small polls and more than they can keep up with: a standstill cuts an epoch in two.
    with pipeline.load(samples, BACKLOG) as sent:
        pipeline.until(
            lambda: all("restored" in process.log.read_text() for process in still),
            "all processes have partitions",
        )
        pipeline.until(pipeline.more(InvoiceDecision, 20), "some decisions")
        for process in still:
            process.pause()
        told = [process.log.stat().st_size for process in still]
        paused = now()
        pipeline.until(lambda: now() - paused > STANDSTILL, "the sessions are over")
        for process in still:
            process.resume()
        pipeline.until(
            lambda: all(
                process not in pipeline.processes or "revoked" in _since(process, noted)
                for process, noted in zip(still, told, strict=True)
            ),
            "those that stood still have noticed",
        )
    pipeline.at_rest(*FLOWS)
    assert_exact(pipeline, world, sent)


def test_a_process_that_wakes_up_finds_its_name_taken_and_ends(pipeline: Pipeline) -> None:
    world, samples = generated(4_000)
    pipeline.publish_reference(world)
    for flow in BRANCHES:
        pipeline.start(flow)
    zombie = pipeline.start("decide")
    with pipeline.load(samples, PER_SECOND) as sent:
        pipeline.until(pipeline.more(InvoiceDecision, 20), "some decisions")
        zombie.pause()
        pipeline.let_go(zombie)
        pipeline.start("decide")
        pipeline.until(pipeline.more(InvoiceDecision, 20), "decisions of its successor")
        zombie.resume()
        assert zombie.wait() == Exit.NOT_COMMITTED
    pipeline.at_rest(*FLOWS)
    assert_exact(pipeline, world, sent)


def _current(pipeline: Pipeline, victim: Process) -> Process:
    """The process that runs in a victim's place, should it have been started again meanwhile."""
    if victim in pipeline.processes:
        return victim
    return next(
        process
        for process in reversed(pipeline.processes)
        if (process.flow, process.instance) == (victim.flow, victim.instance)
    )


def _since(process: Process, size: int) -> str:
    """What a process has logged since its log was so long."""
    return process.log.read_bytes()[size:].decode(errors="replace")
