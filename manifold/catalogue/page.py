"""The contracts as one page for people: a catalogue of topics that needs no other file."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from connectors.contracts import Contracts, Topic
from manifold.catalogue.fields import Change, FieldRow, evolution, field_rows

_DAY = 86_400_000
_HEADINGS = {
    "stream": "Streams: records that pass",
    "reference": "Reference data: the newest record of each key",
}


@dataclass(frozen=True)
class Entry:
    """A topic of the catalogue."""

    topic: Topic
    record: str
    version: int
    fields: tuple[FieldRow, ...]
    personal: frozenset[str]
    """Paths of the fields that hold personal data."""
    evolution: tuple[Change, ...]
    examples: tuple[str, ...]

    @property
    def kept(self) -> str:
        """How long its records stay."""
        return kept(self.topic)

    @property
    def readers(self) -> tuple[str, ...]:
        """The flows that read it, record by record or whole."""
        return (*self.topic.consumers, *self.topic.tables_of)


def catalogue(contracts: Contracts, version: str) -> str:
    """The page, of this version of Manifold."""
    environment = Environment(
        loader=PackageLoader("manifold.catalogue", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    entries = [_entry(contracts, topic) for topic in contracts.topics.values() if topic.record]
    entries.sort(key=lambda entry: (list(_HEADINGS).index(entry.topic.kind), entry.topic.name))
    groups = [
        (_HEADINGS[kind], list(group)) for kind, group in groupby(entries, lambda e: e.topic.kind)
    ]
    return environment.get_template("catalogue.html.j2").render(
        version=version, groups=groups, internal=_internal(contracts), kept=kept
    )


def kept(topic: Topic) -> str:
    """How long a topic's records stay, in words."""
    days = f"{topic.retention_ms / _DAY:g} days"
    if topic.cleanup == "compact":
        return "the newest of each key, for ever"
    if topic.cleanup == "compact,delete":
        return f"the newest of each key, {days}"
    return "for ever" if topic.retention_ms < 0 else days


def _entry(contracts: Contracts, topic: Topic) -> Entry:
    assert topic.record is not None
    versions = contracts.versions[topic.record]
    newest = versions[-1]
    fields = field_rows(newest.schema)
    return Entry(
        topic=topic,
        record=newest.record,
        version=newest.version,
        fields=fields,
        personal=_personal(topic.personal_data, fields),
        evolution=evolution(versions),
        examples=tuple(_pretty(example) for example in topic.examples),
    )


def _personal(marks: Sequence[str], fields: Sequence[FieldRow]) -> frozenset[str]:
    """The marked fields and all within them."""
    plain = {row.path: row.path.replace("[]", "") for row in fields}
    return frozenset(
        path
        for path, name in plain.items()
        for mark in marks
        if name == mark or name.startswith(f"{mark}.")
    )


def _internal(contracts: Contracts) -> list[Topic]:
    return [topic for topic in contracts.every_topic() if topic.record is None]


def _pretty(example: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
