"""Fuzzes decoding alone: `python -m tests.faults.fuzz.codecs --records 1000000 --seed 1`.

Mutated values of every topic that has a schema, read by the compiled and by the generated
reader: both give the same record or both refuse, and nothing but a refusal is raised.
"""

import argparse
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from connectors import native
from connectors.codec import Undecodable
from connectors.reading import Malformed, reader
from connectors.records import RECORDS
from connectors.stream import Received
from tests.contract.flow_run import whole_pipeline
from tests.contract.generated_records import AT, CODEC, CONTRACTS, reference_bytes
from tests.faults.fuzz.mutants import FRAMED, Mutants, shape_of

REFUSALS = (Malformed, IndexError, KeyError, ValueError, OverflowError, struct.error)
"""What a reader may raise; the codec makes each a reason for the dead letters."""
_AT_ONCE = 1_000

Read = Callable[[bytes, int], Any]


class Disagreement(AssertionError):
    """Two readers differ, or one raised what nobody expects."""


def bases() -> list[Received]:
    """A record or more of every topic that has a schema."""
    found = [each for records in whole_pipeline().values() for each in records]
    for topic, records in reference_bytes().items():
        found += [Received(topic, 0, 0, key, value, [], AT) for key, value in records]
    for record in RECORDS:
        carrier = CONTRACTS.topic_of(record)
        for example in carrier.examples:
            value = CODEC.encoder(record)(CODEC.from_json(record, example))
            found.append(Received(carrier.name, 0, 0, None, value, [], AT))
    return [each for each in found if not each.topic.endswith(".dlq")]


class Readers:
    """Both readers of every topic."""

    def __init__(self) -> None:
        self._decode = {CONTRACTS.topic_of(each).name: CODEC.decoder(each) for each in RECORDS}
        self._readers = {CONTRACTS.topic_of(each).name: list(_readers(each)) for each in RECORDS}

    def check(self, topic: str, value: bytes) -> str:
        """What became of a value; raises Disagreement."""
        try:
            self._decode[topic](value)
            said = "read"
        except Undecodable as refusal:
            said = refusal.reason
        except Exception as error:
            raise Disagreement(f"{topic}: {value.hex()}: {error!r}") from error
        with suppress(Undecodable):
            CODEC.decode_any(value)
        outcomes = [_outcome(read, value) for read in self._readers[topic]]
        if any(other != outcomes[0] for other in outcomes[1:]):
            raise Disagreement(f"{topic}: {value.hex()}: {outcomes}")
        return said


def _readers(record: type[Any]) -> Iterator[Read]:
    tree = shape_of(CONTRACTS.topic_of(record).name).tree
    yield reader(record, tree, tree, use_native=False)
    if native.available:
        yield reader(record, tree, tree, use_native=True)


def _outcome(read: Read, value: bytes) -> Any:
    """The record, as text for a NaN does not equal itself; None when it is refused."""
    try:
        return repr(read(value, FRAMED))
    except REFUSALS:
        return None


def fuzz(records: int, seed: int, tell: Callable[[int], None] = lambda done: None) -> Counter[str]:
    """How many values came to which end; raises Disagreement."""
    rng = Random(seed)
    readers, some = Readers(), bases()
    ends: Counter[str] = Counter()
    for start in range(0, records, _AT_ONCE):
        for mutant in Mutants("codecs", some, rng).take(min(_AT_ONCE, records - start), start):
            if mutant.received.value is not None:
                ends[readers.check(mutant.received.topic, mutant.received.value)] += 1
        tell(start)
    return ends


def main(arguments: Sequence[str]) -> int:
    """Run as many values as asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz.codecs", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def tell(done: int) -> None:
        if done % 50_000 == 0:
            print(f"{done} values, {done / (time.monotonic() - began):.0f}/s", flush=True)

    print("compiled and generated" if native.available else "generated readers only")
    try:
        ends = fuzz(options.records, options.seed, tell)
    except Disagreement as found:
        print(found)
        return 1
    print(dict(ends.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
