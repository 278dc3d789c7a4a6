"""Reference data of every kind of wrong: what invoices are measured against may be odd too."""

from random import Random

from tests.contract.generated_records import CONTRACTS, reference_bytes
from tests.faults.fuzz import garbling, structure
from tests.faults.fuzz.flow import Reference
from tests.faults.fuzz.mutants import FRAMED, shape_of

_SHARE = 0.3
"""Of the records of a topic, those that are mutated."""


def mutated(flow: str, rng: Random) -> tuple[Reference, int]:
    """The reference topics a flow looks up, some records followed by odd ones of their key.

    Also the number of odd records.
    """
    found: dict[str, list[tuple[bytes, bytes | None]]] = {}
    odd = 0
    for topic in CONTRACTS.tables_of(flow):
        records = found.setdefault(topic.name, [])
        for key, value in reference_bytes()[topic.name]:
            records.append((key, value))
            if rng.random() < _SHARE:
                records.append((key, _odd(topic.name, value, rng)))
                odd += 1
    return found, odd


def _odd(topic: str, value: bytes, rng: Random) -> bytes | None:
    if rng.random() < 0.03:
        return None
    if rng.random() < 0.2:
        return rng.choice(garbling.GARBLINGS)(value, rng)
    shape = shape_of(topic)
    fields = shape.read(value)
    structure.mutate(shape.tree, fields, rng)
    return value[:FRAMED] + shape.write(fields)
