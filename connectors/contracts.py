"""The contracts: what each topic carries, for whom, and how long."""

import importlib.resources
import json
from collections.abc import Callable, Iterator, Mapping
from importlib.resources.abc import Traversable
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from connectors.avro_type import Schema
from connectors.errors import Misconfigured

Compatibility: TypeAlias = Literal[
    "NONE",
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    "FULL_TRANSITIVE",
]
"""How a new version of a schema has to relate to earlier ones, in the registry's words."""

Kind: TypeAlias = Literal["stream", "reference", "changelog", "dead_letter"]
"""Records that pass, data read whole, a flow's private state, or records set aside."""

_DAY = 86_400_000
_DEAD_LETTERS_DAYS = 30
_DEAD_LETTERS_HEADERS = 65_536
"""Bytes for what a dead letter says beside the record."""

_BESIDE_VALUE = 65_536
"""Bytes for key and headers."""


class ContractError(Misconfigured):
    """A contract is missing or broken; the text says which and what to do."""


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contract of one topic."""

    name: str
    """The topic; the YAML file's name."""
    kind: Kind
    """Records that pass, data read whole, a flow's private state, or records set aside."""
    description: str
    """What it carries."""
    owner: str
    """Who answers for it."""
    key: str
    """The field that is the key; several are joined by a slash: `vendor_id/item_id`."""
    key_without: str | None = None
    """The field that is the key of a record in which the first is null."""
    record: str | None = None
    """Folder of the Avro record it carries; None for changelogs and dead letters."""
    compatibility: Compatibility = "FULL_TRANSITIVE"
    """How a new version of the record has to relate to earlier ones."""
    partitions: int = 4
    """Number of partitions."""
    retention_ms: int
    """Milliseconds a record is kept; -1 for ever."""
    max_message_bytes: int = 1_048_588
    """The largest batch of records, which one record may be; Kafka's own default."""
    cleanup: Literal["delete", "compact", "compact,delete"] = "delete"
    """What happens to old records: dropped in time, or once there is a newer one of their key."""
    producers: tuple[str, ...] = ()
    """Flows, or other systems, that write it."""
    consumers: tuple[str, ...] = ()
    """Flows whose consumer group reads it."""
    tables_of: tuple[str, ...] = ()
    """Flows that read it whole, as a global table."""
    personal_data: tuple[str, ...] = ()
    """Paths of the fields that hold personal data."""
    examples: tuple[dict[str, Any], ...] = ()
    """Records as readable JSON: decimals as strings, dates and instants in RFC 3339."""

    @property
    def most_value_bytes(self) -> int:
        """The largest value that the topic takes, whatever its key and its headers."""
        return self.max_message_bytes - _BESIDE_VALUE

    def key_of(self, record: Any) -> str:
        """The key under which a record is written.

        Raises ContractError when the record has none.
        """
        return self.key_reader()(record)

    def key_reader(self) -> Callable[[Any], str]:
        """A function that does what `key_of` does, for many records."""
        names = self.key.split("/")
        instead = self.key_without
        if len(names) == 1 and instead is None:
            read: Callable[[Any], str | None] = attrgetter(names[0])
        else:

            def read(record: Any) -> str | None:
                parts = [getattr(record, name) for name in names]
                if None not in parts:
                    return "/".join(map(str, parts))
                return None if instead is None else getattr(record, instead)

        def key(record: Any) -> str:
            found = read(record)
            if found is None:
                raise ContractError(
                    f"a record of {self.name} needs its {self.key}, which is its key"
                )
            return found

        return key


class Version(msgspec.Struct, frozen=True):
    """One version of a record's schema."""

    folder: str
    """Folder the schema stands in, under `schemas/avro`."""
    version: int
    """From 1, in the order the versions were made."""
    schema: Mapping[str, Any]
    """The schema as its file reads."""

    @property
    def record(self) -> str:
        """Name of the record without its namespace."""
        return str(self.schema["name"]).rpartition(".")[2]


class Contracts:
    """Every contract of the schemas folder.

    >>> contracts = Contracts.load()
    >>> contracts.topics["invoice.decision"].record
    'invoice_decision'
    """

    def __init__(
        self,
        topics: Mapping[str, Topic],
        versions: Mapping[str, tuple[Version, ...]],
        lock: Mapping[str, Any],
        namespace: str = "",
    ) -> None:
        """Contracts from topics by name, versions by folder (oldest first), and the lock."""
        self.topics = MappingProxyType(dict(sorted(topics.items())))
        self.versions = MappingProxyType(dict(sorted(versions.items())))
        self.lock = MappingProxyType(dict(lock))
        self.namespace = namespace
        self._folders = {each[-1].record: folder for folder, each in self.versions.items()}
        self._by_record = self._topics_by_record()

    @classmethod
    def load(cls, root: Traversable | None = None, *, namespace: str = "") -> "Contracts":
        """The contracts under a folder, by default those that come with the package.

        `namespace` goes before the name of every topic.

        Raises ContractError when a file is missing or not what it should be.
        """
        root = root or importlib.resources.files("schemas")
        topics = dict(_topics(root / "topics"))
        versions = {
            folder.name: tuple(_versions(folder))
            for folder in _entries(root / "avro")
            if folder.is_dir()
        }
        for topic in topics.values():
            if topic.record is not None and topic.record not in versions:
                raise ContractError(
                    f"topic {topic.name}: there is no schemas/avro/{topic.record}/1.avsc"
                )
        lock = root / "lock.json"
        named = (replace(topic, name=namespace + topic.name) for topic in topics.values())
        return cls(
            {topic.name: topic for topic in named},
            versions,
            json.loads(lock.read_text()) if lock.is_file() else {},
            namespace,
        )

    def topic_of(self, record: type[Any]) -> Topic:
        """The topic that carries a record, by the Struct's class name.

        A view of a record has the record's name too, or gives it as its msgspec tag:
        `class Amounts(Struct, tag="InvoiceUploaded")`.
        """
        tag = getattr(record, "__struct_config__", None)
        name = tag.tag if tag is not None and isinstance(tag.tag, str) else record.__name__
        if name in self._by_record:
            return self._by_record[name]
        raise ContractError(
            f"no topic carries {name}: a topic's `record` in schemas/topics has to "
            f"name a schema called {name}"
        )

    def read_by(self, flow: str) -> tuple[Topic, ...]:
        """The topics a flow's consumer group reads."""
        return tuple(topic for topic in self.topics.values() if flow in topic.consumers)

    def written_by(self, flow: str) -> tuple[Topic, ...]:
        """The topics a flow writes, without its changelogs and dead letters."""
        return tuple(
            topic
            for topic in self.topics.values()
            if flow in topic.producers and topic.kind != "changelog"
        )

    def tables_of(self, flow: str) -> tuple[Topic, ...]:
        """The topics a flow reads whole, as global tables."""
        return tuple(topic for topic in self.topics.values() if flow in topic.tables_of)

    def changelogs_of(self, flow: str) -> tuple[Topic, ...]:
        """The changelogs of a flow's tables."""
        return tuple(
            topic
            for topic in self.topics.values()
            if flow in topic.producers and topic.kind == "changelog"
        )

    def changelog(self, flow: str, table: str) -> Topic:
        """The changelog of a flow's table."""
        name = f"{self.namespace}{flow}.{table}.changelog"
        if name not in self.topics:
            raise ContractError(f"table {table} of {flow} needs a contract: {name}.yaml")
        return self.topics[name]

    def dead_letters_of(self, topic: str) -> Topic:
        """Where the records of a topic go that its readers cannot use.

        >>> Contracts.load().dead_letters_of("invoice.decision").name
        'invoice.decision.dlq'
        """
        source = self.topics.get(topic)
        if source is None or not source.consumers:
            raise ContractError(f"{topic} has no consumers in schemas/topics, so no dead letters")
        keep = max(2 * source.retention_ms, _DEAD_LETTERS_DAYS * _DAY)
        return Topic(
            name=f"{topic}.dlq",
            kind="dead_letter",
            description=f"Records of {topic} that a flow could not use, as they came.",
            owner=source.owner,
            key=source.key,
            partitions=source.partitions,
            retention_ms=-1 if source.retention_ms < 0 else keep,
            max_message_bytes=source.max_message_bytes + _DEAD_LETTERS_HEADERS,
            producers=source.consumers,
            personal_data=source.personal_data,
        )

    def every_topic(self, partitions: int | None = None) -> tuple[Topic, ...]:
        """Every topic a cluster needs, dead letters included.

        `partitions`: those of each topic that the processes of a flow share out, instead of what
        its contract says. Topics that every process reads whole stay as they are.
        """
        derived = (
            self.dead_letters_of(each.name) for each in self.topics.values() if each.consumers
        )
        wanted = (
            replace(topic, partitions=partitions)
            if partitions and topic.kind != "reference" and topic.partitions > 1
            else topic
            for topic in (*self.topics.values(), *derived)
        )
        return tuple(sorted(wanted, key=lambda topic: topic.name))

    def newest(self, record: str) -> Version:
        """The newest version of a record, by the record's name."""
        return self.versions[self._folder(record)][-1]

    def every_version(self) -> Iterator[Version]:
        """Every version of every record."""
        for versions in self.versions.values():
            yield from versions

    def _folder(self, record: str) -> str:
        if record not in self._folders:
            raise ContractError(f"no schema in schemas/avro is named {record}")
        return self._folders[record]

    def _topics_by_record(self) -> dict[str, Topic]:
        found: dict[str, Topic] = {}
        for topic in self.topics.values():
            if topic.record is None:
                continue
            record = self.versions[topic.record][-1].record
            if record in found:
                raise ContractError(f"{found[record].name} and {topic.name} both carry {record}")
            found[record] = topic
        return found


def _entries(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        raise ContractError(f"there is no folder {folder.name} beside the other contracts")
    return sorted(folder.iterdir(), key=lambda entry: entry.name)


def _topics(folder: Traversable) -> Iterator[tuple[str, Topic]]:
    for file in _entries(folder):
        name = file.name.removesuffix(".yaml")
        if name == file.name:
            continue
        try:
            written = msgspec.yaml.decode(file.read_bytes())
            yield name, msgspec.convert({"name": name, **written}, Topic)
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
            raise ContractError(f"schemas/topics/{file.name}: {error}") from error


def _versions(folder: Traversable) -> Iterator[Version]:
    files = [file for file in folder.iterdir() if file.name.endswith(".avsc")]
    numbers = sorted(int(file.name.removesuffix(".avsc")) for file in files)
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        raise ContractError(f"schemas/avro/{folder.name}: versions count from 1 without gaps")
    for number in numbers:
        schema: Schema = json.loads((folder / f"{number}.avsc").read_text(encoding="utf-8"))
        yield Version(folder.name, number, schema)
