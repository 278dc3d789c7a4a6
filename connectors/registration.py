"""The contracts in a registry: what it lacks is registered, what it has otherwise is named."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import msgspec
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from connectors.comparison import broken_beside
from connectors.contracts import Compatibility, Contracts, Topic, Version
from connectors.finding import Finding, topic_file
from connectors.lock import fingerprint
from connectors.registry import (
    RegistryRefused,
    answering,
    if_known,
    register,
    registered_id,
    subject_of,
)


class ModeSet(msgspec.Struct, frozen=True, tag="mode"):
    """A subject that is held to a mode from now on."""

    topic: str
    mode: Compatibility
    before: str | None
    """The mode of its own that it had; None when the registry's default held."""


class VersionRegistered(msgspec.Struct, frozen=True, tag="version"):
    """A version of a topic's record in the registry."""

    topic: str
    version: int
    id: int | None
    """None when it would get one, in a dry run."""
    new: bool
    """Whether it was not there before."""


Step: TypeAlias = ModeSet | VersionRegistered


def registration(
    client: SchemaRegistryClient, contracts: Contracts, *, dry_run: bool = False
) -> Iterator[Step]:
    """Hold every subject to its topic's mode, and register every version, oldest first.

    What is there already keeps its id; a dry run writes nothing. Raises RegistryUnavailable,
    RegistryRefused.
    """
    for topic in contracts.topics.values():
        if topic.record is None:
            continue
        subject, wanted = subject_of(topic.name), topic.compatibility
        with _asking(subject):
            before = _mode(client, topic)
            if before != wanted and not dry_run:
                client.set_compatibility(subject, wanted)
        if before != wanted:
            yield ModeSet(topic.name, wanted, before)
        for version in contracts.versions[topic.record]:
            with _asking(subject):
                number = registered_id(client, topic.name, version)
                new = number is None
                if new and not dry_run:
                    number = register(client, topic.name, version)
            yield VersionRegistered(topic.name, version.version, number, new)


def compared_with_registry(client: SchemaRegistryClient, contracts: Contracts) -> Iterator[Finding]:
    """What others have registered that our versions cannot live beside, or hold otherwise.

    Raises RegistryUnavailable, RegistryRefused.
    """
    for topic in contracts.topics.values():
        if topic.record is None:
            continue
        with _asking(subject_of(topic.name)):
            others = list(_versions(client, topic))
            mode = _mode(client, topic)
        if others:
            yield from broken_beside(contracts, topic, others, "the registry")
            yield from (
                _warning(contracts, topic, *told) for told in _strangers(contracts, topic, others)
            )
        if others and mode != topic.compatibility:
            message = (
                f"the registry holds it to {mode or 'its default mode'}, the contract says "
                f"{topic.compatibility}: `manifold contracts register` sets it"
            )
            yield _warning(contracts, topic, "compatibility", message)


@contextmanager
def _asking(subject: str) -> Iterator[None]:
    """Say of which subject a registry does not want to know or to take something."""
    try:
        with answering():
            yield
    except SchemaRegistryError as error:
        raise RegistryRefused(
            f"{subject}: the registry refuses, HTTP status {error.http_status_code}: "
            f"{error.error_message}"
        ) from None


def _strangers(
    contracts: Contracts, topic: Topic, others: list[Version]
) -> Iterator[tuple[str, str]]:
    assert topic.record is not None
    ours = {fingerprint(version.schema) for version in contracts.versions[topic.record]}
    for other in others:
        if fingerprint(other.schema) not in ours:
            message = (
                f"version {other.version} of {subject_of(topic.name)} is not in "
                f"schemas/avro/{topic.record}: somebody else has registered it"
            )
            yield "version", message


def _warning(contracts: Contracts, topic: Topic, check: str, message: str) -> Finding:
    file = topic_file(topic.name.removeprefix(contracts.namespace))
    return Finding(check, topic.name, message, severity="warning", file=file)


def _versions(client: SchemaRegistryClient, topic: Topic) -> Iterator[Version]:
    """The versions of a topic's subject, numbered as the registry does."""
    assert topic.record is not None
    subject = subject_of(topic.name)
    for number in if_known(lambda: client.get_versions(subject)) or ():
        schema = client.get_version(subject, number).schema
        if schema.schema_type not in (None, "AVRO"):
            raise RegistryRefused(f"{subject}: version {number} is {schema.schema_type}, not Avro")
        yield Version(topic.record, number, json.loads(schema.schema_str or "null"))


def _mode(client: SchemaRegistryClient, topic: Topic) -> str | None:
    found = if_known(lambda: client.get_compatibility(subject_of(topic.name)))
    return None if found is None else str(found)
