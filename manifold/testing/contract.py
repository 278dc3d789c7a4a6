"""A topic's contract, to hold samples against and to make messages of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from connectors.avro_type import Schema, parse
from connectors.conformance import encoded_faults, faults, key_faults, key_in
from connectors.contracts import Contracts, Topic, Version
from connectors.variants import Variant, variants
from manifold.testing.schemas import Schemas
from manifold.testing.wire import Wire, headers

Sample: TypeAlias = dict[str, Any] | str | bytes | Path
"""A record as readable JSON, as JSON text, as the bytes in Kafka, or a file with one of these."""

Headers: TypeAlias = list[tuple[str, bytes]]


class NotAsAgreed(AssertionError):
    """A sample is not what its topic carries; the text names each field that is not."""


@dataclass(frozen=True)
class Message:
    """A message as it may come out of Kafka."""

    name: str
    """The field it is about and what is peculiar about it: `invoice.currency=null`."""
    meaning: str
    """What it is, and what a reader has to make of it."""
    topic: str
    key: bytes | None
    """None where the record has no key, as when the field that is the key is at its limit."""
    value: bytes = field(repr=False)
    """A zero byte, the id of the writer's schema, and Avro."""
    headers: Headers = field(repr=False)
    json: dict[str, Any] = field(repr=False)
    """The record as a reader sees it that knows the contract's newest version."""
    schema: Schema = field(repr=False)
    """What it is written with."""


class TopicContract:
    """What a topic carries."""

    def __init__(self, contracts: Contracts, topic: Topic, schemas: Schemas) -> None:
        """A topic of these contracts, with schema ids from `schemas`."""
        self.topic = topic
        self._contracts = contracts
        self._schemas = schemas

    @property
    def version(self) -> Version:
        """The newest version of the record."""
        assert self.topic.record is not None
        return self._contracts.versions[self.topic.record][-1]

    @property
    def examples(self) -> tuple[dict[str, Any], ...]:
        """The contract's examples, as readable JSON."""
        return self.topic.examples

    def check(self, sample: Sample, *, key: str | bytes | None = None) -> dict[str, Any]:
        """Raise NotAsAgreed unless the sample is what the topic carries.

        Gives the record as its readers see it. Readable JSON has decimals as strings, dates and
        instants in RFC 3339. Bytes are a message's value: Avro behind a schema id that the
        contract or the fixture `manifold_registry` knows.
        """
        __tracebackhide__ = True
        if isinstance(sample, Path):
            sample = sample.read_bytes()
        if isinstance(sample, bytes) and not sample.lstrip().startswith(b"{"):
            told, record = encoded_faults(self._contracts, self.topic, sample, self._schemas)
        else:
            told, record = self._readable(sample)
        if key is not None and isinstance(record, dict):
            told += key_faults(self.topic, record, key.decode() if isinstance(key, bytes) else key)
        if told:
            lines = "\n".join(f"  {each}" for each in told)
            name = f"{self.version.record} version {self.version.version}"
            raise NotAsAgreed(f"not what {self.topic.name} carries ({name}):\n{lines}")
        return dict(record)

    def _readable(self, sample: dict[str, Any] | str | bytes) -> tuple[list[str], Any]:
        try:
            record = json.loads(sample) if isinstance(sample, bytes | str) else sample
        except ValueError as error:
            return [f"it is neither JSON nor Avro in Confluent's framing: {error}"], None
        return list(faults(parse(self.version.schema), record)), record

    def messages(self) -> Iterator[Message]:
        """The contract's examples, and a message for every limit of every field.

        Every symbol of an enumeration and one of a later version, every field null that may be,
        fields that a writer does not have yet or any more, the ends of what fits.
        """
        wire = Wire(self.version.schema)
        for each in variants(self.version.schema, self.topic.examples):
            yield self._message(each, wire)

    def _message(self, variant: Variant, wire: Wire) -> Message:
        number = self._schemas.id_of(self.topic.name, Version("", 0, variant.schema))
        encoded = wire.encoded(variant.schema, variant.value)
        read = wire.as_read(variant.schema, encoded)
        key = key_in(self.topic, read)
        return Message(
            name=variant.name,
            meaning=variant.meaning,
            topic=self.topic.name,
            key=None if key is None else key.encode(),
            value=b"\0" + number.to_bytes(4, "big") + encoded,
            headers=headers(self.version.record),
            json=read,
            schema=variant.schema,
        )
