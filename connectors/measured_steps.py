"""Steps of a flow that are timed from outside, in the wired flow: they are written without it."""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from bytewax.dataflow import Dataflow, Operator

from connectors import catalogue
from connectors.measures import Measures


def time_steps(dataflow: Dataflow, measures: Measures, flow: str) -> None:
    """Have each step add the seconds it takes: a decoding, a judgement, a writing of a poll.

    A step of ours is an operator made of the engine's; the first of those that runs our code does
    its work.
    """
    for step in dataflow.substeps:
        core = next(_with_code(step), None)
        if core is None:
            continue
        name = step.step_id.rpartition(".")[2]
        # The engine's operators are frozen, but not yet running.
        if hasattr(core, "mapper"):
            object.__setattr__(core, "mapper", _timed(core.mapper, measures, flow, name))
        elif hasattr(core, "builder"):
            object.__setattr__(core, "builder", _timed_logic(core.builder, measures, flow, name))


def _with_code(step: Operator) -> Iterator[Any]:
    if getattr(step, "core", False):
        if hasattr(step, "mapper") or hasattr(step, "builder"):
            yield step
        return
    for part in step.substeps:
        yield from _with_code(part)


def _timed(
    function: Callable[[Any], Iterable[Any]], measures: Measures, flow: str, name: str
) -> Callable[[Any], list[Any]]:
    def timed(given: Any) -> list[Any]:
        began = perf_counter()
        # The engine would take a generator's values later, in time that is nobody's.
        made = list(function(given))
        measures.add(catalogue.STEP_SECONDS, perf_counter() - began, flow, name)
        return made

    return timed


def _timed_logic(
    builder: Callable[[Any], Any], measures: Measures, flow: str, name: str
) -> Callable[[Any], Any]:
    def build(resumed: Any) -> Any:
        logic = builder(resumed)
        on_batch = logic.on_batch

        def timed(values: Any) -> Any:
            began = perf_counter()
            made = on_batch(values)
            measures.add(catalogue.STEP_SECONDS, perf_counter() - began, flow, name)
            return made

        logic.on_batch = timed
        return logic

    return build
