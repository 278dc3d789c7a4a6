"""Chunk after chunk of mutated input through a flow; what goes wrong is made small and told."""

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from connectors.codec import TooLarge
from connectors.failures import RecordFailed
from connectors.stream import Received
from tests.contract.generated_records import reference_bytes
from tests.faults.fuzz import mutants, references
from tests.faults.fuzz.flow import Flow, Reference
from tests.faults.fuzz.mutants import Mutant
from tests.faults.fuzz.outcomes import Outcomes, Wrong

CHUNK = 1_000
"""Records of one run; its tables begin empty."""


class Finding(NamedTuple):
    """What went wrong, and the input that shows it again."""

    flow: str
    seed: int
    chunk: int
    what: str
    where: str
    """The innermost place of ours where it was raised: the same finding again has the same."""
    records: Sequence[Received]
    reference: Reference
    error: BaseException


class Campaign:
    """All chunks of one flow under one seed."""

    def __init__(self, flow: Flow, seed: int) -> None:
        self.flow = flow
        self.seed = seed
        self.ends: Counter[str] = Counter()
        self.records = 0
        self._outcomes = Outcomes(flow.name)

    def chunk(self, number: int) -> Iterator[Finding]:
        """Run a chunk, again without what went wrong until nothing does."""
        rng = Random(f"{self.seed}/{self.flow.name}/{number}")
        reference: Reference = reference_bytes()
        odd = 0
        if number % 2:
            reference, odd = references.mutated(self.flow.name, rng)
        taken = mutants.of_flow(self.flow.name, rng).take(CHUNK, number * CHUNK)
        self.records += len(taken) + odd
        while taken:
            error = self._run(taken, reference)
            if error is None:
                return
            culprits = self._culprits(taken, reference, error)
            if isinstance(_first(error), TooLarge):
                # A process goes back to its commit, and sets the record aside the third time.
                self.ends["answer too large"] += len(culprits)
                taken = _without(taken, culprits)
                continue
            yield Finding(
                self.flow.name,
                self.seed,
                number,
                _said(error),
                place(error),
                [each.received for each in culprits],
                reference,
                error,
            )
            taken = _without(taken, culprits)

    def fails(self, found: Finding, records: Sequence[Received]) -> bool:
        """Whether records show the same finding again."""
        error = self._run([Mutant(each, False) for each in records], found.reference)
        return error is not None and place(error) == found.where

    def _run(self, taken: Sequence[Mutant], reference: Reference) -> BaseException | None:
        try:
            written = self.flow.run([each.received for each in taken], reference)
            ends = self._outcomes.check(taken, written)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return error
        self.ends += ends
        return None

    def _culprits(
        self, taken: list[Mutant], reference: Reference, error: BaseException
    ) -> list[Mutant]:
        """The fewest records that still go wrong, found by halving."""
        named = _named(error)
        if named is not None:
            one = [each for each in taken if each.received.offset == named]
            if self._same(one, reference, error):
                return one
        left, size = list(taken), max(1, len(taken) // 2)
        while size:
            for start in range(0, len(left), size):
                fewer = left[:start] + left[start + size :]
                if fewer and self._same(fewer, reference, error):
                    left = fewer
                    break
            else:
                size //= 2
        return left

    def _same(self, some: list[Mutant], reference: Reference, error: BaseException) -> bool:
        found = self._run(some, reference)
        return found is not None and place(found) == place(error)


def _without(taken: Iterable[Mutant], some: Iterable[Mutant]) -> list[Mutant]:
    gone = {each.received.offset for each in some}
    return [each for each in taken if each.received.offset not in gone]


def place(error: BaseException) -> str:
    """Kind and innermost place of ours of what was raised first."""
    cause = _first(error)
    frames = traceback.extract_tb(cause.__traceback__)
    ours = [each for each in frames if "/site-packages/" not in each.filename]
    parts = [f"{each.filename.rpartition('/main/')[2]}:{each.lineno}" for each in ours[-1:]]
    kind = type(cause).__name__
    return " ".join([kind, *parts, *([str(cause)[:60]] if isinstance(cause, Wrong) else [])])


def causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _first(error: BaseException) -> BaseException:
    *_, first = causes(error)
    for each in causes(error):
        if isinstance(each, RecordFailed):
            return each.error
    return first


def _named(error: BaseException) -> int | None:
    """The offset of the record that an error is about, if it says so."""
    for each in causes(error):
        if isinstance(each, RecordFailed):
            return each.received.offset
        if isinstance(each, Wrong):
            return each.offset
    return None


def _said(error: BaseException) -> str:
    first = _first(error)
    return f"{type(first).__name__}: {first}"
