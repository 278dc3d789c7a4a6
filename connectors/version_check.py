"""Which versions of the contracts a cluster holds, beside those that this program knows."""

from collections.abc import Mapping

import msgspec

from connectors.browse import Tell, every_partition, read_between, start_offsets
from connectors.codec import SchemaIds, Undecodable, UnknownSchema, schema_id
from connectors.contracts import Contracts, Topic
from connectors.lock import fingerprint
from connectors.offsets import end_offsets


class VersionsFound(msgspec.Struct, frozen=True):
    """With which versions the latest records of a topic were written."""

    topic: str
    newest: int
    """The version that this program writes."""
    versions: tuple[int, ...]
    """Of those it knows, the ones that were found."""
    foreign: tuple[int, ...]
    """Ids of schemas that are none of them, but can be looked up."""
    unknown: tuple[int, ...]
    """Ids that cannot: such records would go to the dead letters."""


def check_versions(
    kafka: Mapping[str, str],
    contracts: Contracts,
    ids: SchemaIds,
    counts: Mapping[str, int],
    latest: int,
    tell: Tell | None = None,
) -> list[VersionsFound]:
    """What the `latest` offsets of each partition of topics were written with.

    `counts`: the topics, which carry records, with their numbers of partitions. Raises
    KafkaException and RegistryUnavailable.
    """
    wheres = every_partition(counts)
    starts, ends = start_offsets(kafka, wheres), end_offsets(kafka, wheres)
    begin = {where: max(start, ends[where] - latest) for where, start in starts.items()}
    found: dict[str, set[int]] = {topic: set() for topic in counts}
    for record in read_between(kafka, begin, tell=tell):
        try:
            found[record.topic].add(schema_id(record.value or b""))
        except Undecodable:
            # A deletion, or what becomes a dead letter under any version.
            continue
    return [_found(contracts, contracts.topics[name], ids, seen) for name, seen in found.items()]


def _found(contracts: Contracts, topic: Topic, ids: SchemaIds, seen: set[int]) -> VersionsFound:
    known = fingerprints(contracts, topic)
    versions, foreign, unknown = set(), [], []
    for number in sorted(seen):
        try:
            schema = ids.schema_of(number)
        except UnknownSchema:
            unknown.append(number)
            continue
        version = known.get(fingerprint(schema))
        if version is None:
            foreign.append(number)
        else:
            versions.add(version)
    newest = max(known.values())
    return VersionsFound(
        topic.name, newest, tuple(sorted(versions)), tuple(foreign), tuple(unknown)
    )


def fingerprints(contracts: Contracts, topic: Topic) -> dict[str, int]:
    """The versions that this program knows of what a topic carries, by what they mean."""
    assert topic.record is not None
    return {fingerprint(each.schema): each.version for each in contracts.versions[topic.record]}
