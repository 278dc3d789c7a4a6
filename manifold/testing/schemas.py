"""Which number stands for which schema while tests run."""

import json
from itertools import count

from connectors.avro_type import Schema
from connectors.codec import LockIds, UnknownSchema
from connectors.contracts import ContractError, Contracts, Version

_FIRST = 1_000_001
"""Ids of schemas that are not in the lock begin here."""


class Schemas:
    """The contract's schemas by the ids of the lock, and others with ids from a million on."""

    def __init__(self, contracts: Contracts) -> None:
        """All that these contracts have."""
        self._lock = LockIds(contracts)
        self._schemas: dict[int, Schema] = {}
        self._ids: dict[str, int] = {}
        self._subjects: dict[str, list[int]] = {}
        self._following = count(_FIRST)
        for topic in contracts.topics.values():
            for version in contracts.versions[topic.record] if topic.record else ():
                number = self._locked(topic.name, version)
                self._remember(number, version.schema)
                self._subjects.setdefault(f"{topic.name}-value", []).append(number)

    def _locked(self, topic: str, version: Version) -> int:
        try:
            return self._lock.id_of(topic, version)
        except ContractError:
            return next(self._following)

    def id_of(self, topic: str, version: Version) -> int:
        """The id of a schema, a new one if it has none."""
        known = self.known(version.schema)
        return self._remember(next(self._following), version.schema) if known is None else known

    def schema_of(self, schema_id: int) -> Schema:
        """The schema of an id; raises UnknownSchema."""
        if schema_id not in self._schemas:
            raise UnknownSchema(schema_id)
        return self._schemas[schema_id]

    def known(self, schema: Schema) -> int | None:
        """The id of a schema, if it has one."""
        return self._ids.get(json.dumps(schema, sort_keys=True))

    def versions(self, subject: str) -> list[int]:
        """The ids of a subject's versions, the oldest first."""
        return self._subjects.get(subject, [])

    def register(self, subject: str, schema: Schema) -> int:
        """The id of a schema under a subject; none is refused here."""
        number = self.id_of(subject, Version("", 0, schema))
        known = self._subjects.setdefault(subject, [])
        if number not in known:
            known.append(number)
        return number

    def _remember(self, number: int, schema: Schema) -> int:
        self._schemas[number] = schema
        self._ids[json.dumps(schema, sort_keys=True)] = number
        return number
