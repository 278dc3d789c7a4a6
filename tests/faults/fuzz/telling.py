"""What went wrong, for people: how to see it again, and the smallest record that shows it."""

from collections.abc import Iterator
from typing import Any

from connectors.stream import Received
from tests.faults.fuzz.campaign import Campaign, Finding
from tests.faults.fuzz.shrink import fields_of, shrunk

_SHOWN = 4_000


def told(campaign: Campaign, finding: Finding) -> Iterator[str]:
    """The lines to print about a finding."""
    yield finding.what
    yield f"  in {finding.where}"
    yield (
        "  again: python -m tests.faults.fuzz "
        f"--seed {finding.seed} --flow {finding.flow} --chunk {finding.chunk} --records 1"
    )
    records = finding.records
    if len(records) == 1:
        records = [shrunk(records[0], lambda each: campaign.fails(finding, [each]))]
    else:
        yield f"  {len(records)} records together, the first of which are"
    for received in records[:4]:
        for line in _readable(received):
            yield f"  {line[:_SHOWN]}"


def _readable(received: Received) -> Iterator[str]:
    """A record as lines for people: what is not empty in it, and its bytes."""
    yield f"topic {received.topic} offset {received.offset} timestamp {received.timestamp}"
    yield f"key {received.key!r} headers {list(received.headers)!r}"
    fields = fields_of(received)
    if fields is not None:
        yield f"fields {_told(fields)!r}"
    value = received.value
    yield f"value {None if value is None else value.hex()}"


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if each not in (None, [], "")}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value
