"""Dead letters as the commands name and read them."""

from collections.abc import Iterator

from connectors.letters import Letters, Selection, letter_topics
from connectors.stream import Received
from manifold.cli.cluster import Cluster, progress
from manifold.cli.output import EXIT_USAGE, Failed


def dead_letter_topics(there: Cluster, named: str | None = None) -> list[str]:
    """The dead-letter topics of the contracts, or the one of a topic; either name will do."""
    contracts = there.contracts
    letters = letter_topics(contracts)
    if named is None:
        return list(letters.values())
    for name in (named, contracts.namespace + named):
        if name in letters:
            return [letters[name]]
        if name in letters.values():
            return [name]
    raise Failed(
        f"{named} has no dead letters. Topics that have: {', '.join(letters)}.", EXIT_USAGE
    )


def position(text: str) -> tuple[int, int]:
    """Partition and offset, written PARTITION:OFFSET as every command prints them."""
    partition, colon, offset = text.partition(":")
    if not colon or not partition.isdecimal() or not offset.isdecimal():
        raise Failed(f"{text} is no PARTITION:OFFSET, such as 3:17.", EXIT_USAGE)
    return int(partition), int(offset)


def read_letters(there: Cluster, selection: Selection) -> Iterator[Received]:
    """The dead letters of a selection, whether or not somebody has dealt with them."""
    letters = Letters(there.kafka, there.contracts, there.codec)
    with progress("reading dead letters") as tell:
        yield from letters.read(dead_letter_topics(there, selection.topic), selection, tell)
