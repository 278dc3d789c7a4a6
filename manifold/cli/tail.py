"""`manifold tail`: the records of a topic, decoded, as they come."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Annotated

import msgspec
import typer

from connectors.browse import (
    every_partition,
    follow,
    partitions_of,
    read_between,
    start_offsets,
    topics_there,
)
from connectors.content import (
    Content,
    as_json,
    belongs_to,
    content_of,
    may_belong_to,
    rejection,
)
from connectors.offsets import end_offsets
from connectors.stream import Received
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import EXIT_USAGE, Failed, explained, json_line, printable
from operators.time import isoformat


@explained()
def tail(
    topic: Annotated[str, typer.Argument(help="The topic, such as invoice.decision.")],
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="Only records about this request.")
    ] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Everything that is still there, then on.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many records.")] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", "-e", help="End where the topic ends at present.")
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Print the records of a topic as they come, one a line; Ctrl-C ends it.

    Columns are separated by tabs: partition:offset, time, key, kind and the record as JSON.
    """
    there = cluster(bootstrap, extra)
    topic = _known(there, topic)
    shown = 0
    endless = limit is None and not until_end
    # Ctrl-C is how an endless command is meant to end.
    with suppress(KeyboardInterrupt) if endless else nullcontext():
        for received in _records(there, topic, from_beginning or until_end, until_end):
            if request is not None and not may_belong_to(received, request.encode()):
                continue
            content = content_of(received, there.contracts, there.codec)
            if request is not None and not belongs_to(received, content, request):
                continue
            if json:
                json_line(as_json(received, content))
            else:
                typer.echo(_line(received, content))
            shown += 1
            if shown == limit:
                return


def _records(
    there: Cluster, topic: str, from_beginning: bool, until_end: bool
) -> Iterator[Received]:
    partitions = every_partition(partitions_of(there.kafka, [topic]))
    find = start_offsets if from_beginning else end_offsets
    starts = find(there.kafka, partitions)
    if until_end:
        return read_between(there.kafka, starts)
    return follow(there.kafka, starts, lambda: False)


def _known(there: Cluster, topic: str) -> str:
    """The topic meant, with its namespace."""
    known = {each.name for each in there.contracts.every_topic()}
    for name in (topic, there.contracts.namespace + topic):
        if name in known:
            return name
    existing = set(topics_there(there.kafka))
    if topic not in existing:
        choice = sorted(known | {name for name in existing if not name.startswith("__")})
        raise Failed(f"There is no topic {topic}. There are: {', '.join(choice)}.", EXIT_USAGE)
    return topic


def _line(received: Received, content: Content) -> str:
    key = "-" if received.key is None else printable(received.key.decode(errors="replace"))
    shown = content.problem or msgspec.json.encode(content.record).decode()
    rejected = rejection(received)
    kind = content.kind if rejected is None else f"{content.kind}!{rejected['reason']}"
    return "\t".join(
        (
            f"{received.partition}:{received.offset}",
            isoformat(received.timestamp),
            key,
            printable(kind),
            printable(shown),
        )
    )
