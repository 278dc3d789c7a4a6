"""What is remembered of vendors, from Kafka or from a file, and looked up as the flow does."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from connectors.browse import partitions_of, read_all
from connectors.codec import Codec, LockIds, Undecodable
from connectors.contracts import Contracts
from connectors.reference import HEARTBEAT
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.output import EXIT_USAGE, Failed
from operators.extraction.memory import VendorMemory
from operators.extraction.memory_recall import Memories, memories_of

KAFKA = "kafka"
"""Where memories are from, when that is no file."""


def memories_from(where: str) -> Memories:
    """The memories in a file, or for `kafka` those in the topic; Failed when they are none."""
    return memories_of(remembered_in(cluster()) if where == KAFKA else _in_file(Path(where)))


def remembered_in(there: Cluster) -> Iterable[VendorMemory]:
    """The latest of each vendor; what does not decode is not there for the flow either."""
    topic = there.topic(VendorMemory).name
    partitions_of(there.kafka, [topic])
    decode = there.codec.decoder(VendorMemory)
    found: dict[bytes, VendorMemory] = {}
    for record in read_all(there.kafka, [topic]):
        if record.key == HEARTBEAT.encode():
            continue
        if record.value is None:
            found.pop(record.key or b"", None)
            continue
        try:
            found[record.key or b""] = decode(record.value)
        except Undecodable:
            continue
    return found.values()


def _in_file(file: Path) -> Iterator[VendorMemory]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Failed(f"{file} cannot be read: {said}.", EXIT_USAGE) from None
    contracts = Contracts.load()
    codec = Codec(contracts, LockIds(contracts))
    for number, line in enumerate(lines, 1):
        try:
            yield codec.from_json(VendorMemory, json.loads(line))
        except ValueError as error:
            raise Failed(
                f"{file}, line {number}: {error}. Give what `manifold memory list --json` prints.",
                EXIT_USAGE,
            ) from None
