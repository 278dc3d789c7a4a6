"""All that stands in a cluster's topics, read once after a run and kept in files.

The checkers go through it again and again, a partition at a time, without a broker and without
holding it in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from connectors.browse import read_all
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts, Topic
from connectors.stream import Decoded, Received
from tests.faults.rows import Row, Where, row

T = TypeVar("T")

FOLDER = "recorded"
"""Under the run's folder."""

_BUFFER = 1 << 20


class Recorded:
    """The records of every topic, in order within each partition."""

    def __init__(
        self, contracts: Contracts, partition: Callable[[str, int], Iterable[Received]]
    ) -> None:
        """`partition` gives the records of a topic's partition, as often as asked."""
        self.contracts = contracts
        self._partition = partition
        self._codec = Codec(contracts, LockIds(contracts))
        self._decoders: dict[type[Any], Callable[[bytes], Any]] = {}

    def raw(self, topic: Topic, partition: int | None = None) -> Iterator[Received]:
        """The records of a topic as they came: of one partition, or of one after the other."""
        for number in range(topic.partitions) if partition is None else (partition,):
            yield from self._partition(topic.name, number)

    def of(self, kind: type[T], partition: int | None = None) -> Iterator[Decoded[T]]:
        """The records of a class. Raises Undecodable for one that breaks its contract."""
        decode = self.decoder(kind)
        for received in self.raw(self.contracts.topic_of(kind), partition):
            yield Decoded(decode(received.value or b""), received)

    def decoder(self, kind: type[T]) -> Callable[[bytes], T]:
        """Reads values of a class, or of a view of it."""
        if kind not in self._decoders:
            self._decoders[kind] = self._codec.decoder(kind)
        return self._decoders[kind]

    def contents(self, kind: type[T], partition: int | None = None) -> Iterator[T]:
        """The same without where they stand."""
        return (decoded.record for decoded in self.of(kind, partition))

    def changelog(self, flow: str, table: str, partition: int | None = None) -> Iterator[Received]:
        """What a flow's table went through."""
        return self.raw(self.contracts.changelog(flow, table), partition)

    def letters(self) -> Iterator[Received]:
        """All dead letters, with their headers."""
        for topic in self.contracts.every_topic():
            if topic.kind == "dead_letter":
                yield from self.raw(topic)

    def partitions(self, kind: type[Any]) -> range:
        """The partition numbers of a record's topic."""
        return range(self.contracts.topic_of(kind).partitions)

    def every_partition(self) -> Iterator[tuple[Topic, Where]]:
        """All partitions of all topics."""
        for topic in self.contracts.every_topic():
            for number in range(topic.partitions):
                yield topic, (topic.name, number)

    def rows(self, where: Where) -> Iterator[Row]:
        """A partition's records as the observer would have noted them."""
        for each in self._partition(*where):
            yield row(each.offset, each.key, each.value, 0, each.timestamp)


def record(
    kafka: Mapping[str, str],
    contracts: Contracts,
    folder: Path,
    without: Collection[str] = (),
) -> Recorded:
    """Read every topic to its end into files under `folder`; what was read.

    `without`: topics that are not looked at, and therefore empty in what was read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {
        topic.name: topic.kind for topic in contracts.every_topic() if topic.name not in without
    }
    encode = msgspec.msgpack.Encoder().encode
    with ExitStack() as stack:
        files: dict[Where, IO[bytes]] = {
            (topic, number): stack.enter_context(_path(folder, topic, number).open("wb", _BUFFER))
            for topic, number in _partitions(contracts)
        }
        for each in read_all(kafka, kinds):
            headers = list(each.headers) if kinds[each.topic] == "dead_letter" else []
            line = encode((each.offset, each.timestamp, each.key, each.value, headers))
            files[each.topic, each.partition].write(len(line).to_bytes(4, "big") + line)
    return recorded_in(folder, contracts)


def recorded_in(folder: Path, contracts: Contracts) -> Recorded:
    """What was recorded in a folder before."""
    decode = msgspec.msgpack.Decoder(
        tuple[int, int, bytes | None, bytes | None, list[tuple[str, bytes]]]
    ).decode

    def partition(topic: str, number: int) -> Iterator[Received]:
        with _path(folder, topic, number).open("rb", _BUFFER) as file:
            while size := file.read(4):
                offset, timestamp, key, value, headers = decode(
                    file.read(int.from_bytes(size, "big"))
                )
                yield Received(topic, number, offset, key, value, headers, timestamp)

    return Recorded(contracts, partition)


def in_memory(contracts: Contracts, records: Iterable[Received]) -> Recorded:
    """The same of records at hand."""
    found: dict[Where, list[Received]] = defaultdict(list)
    for each in records:
        found[each.topic, each.partition].append(each)
    return Recorded(contracts, lambda topic, number: found.get((topic, number), ()))


def _partitions(contracts: Contracts) -> Iterator[Where]:
    for topic in contracts.every_topic():
        for number in range(topic.partitions):
            yield topic.name, number


def _path(folder: Path, topic: str, partition: int) -> Path:
    return folder / f"{topic}-{partition}.records"
