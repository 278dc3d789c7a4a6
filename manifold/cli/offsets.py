"""`manifold offsets`: where a group goes on, and how to have it go on elsewhere."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import typer
from confluent_kafka import KafkaException
from msgspec import Struct

from connectors.browse import start_offsets
from connectors.clock import now
from connectors.failures import from_metadata
from connectors.first_unread import FirstUnread
from connectors.groups import go_on_from
from connectors.offsets import Where
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.instants import instant
from manifold.cli.known_offsets import KnownOffsets
from manifold.cli.lag_table import duration
from manifold.cli.offset_effects import AGAIN, FORGOTTEN, SKIPPED, WITHOUT_MEMORY
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    complain,
    console,
    explained,
    json_line,
    printable,
    table,
)
from operators.lag import Next, Position
from operators.offset_move import Edge, Move, move_by, move_to
from operators.time import Instant, elapsed, isoformat

app = commands("offsets", "Where a group goes on, and how to have it go on elsewhere.")

_EDGES: Mapping[str, Edge] = {"earliest": "earliest", "latest": "latest"}

Group: TypeAlias = Annotated[str, typer.Argument(help="A flow, or another group.")]
Topics: TypeAlias = Annotated[
    list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")
]


@app.command("show")
@explained()
def show_command(
    group: Group,
    topic: Topics = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show a group's offset in each partition, and what is noted beside it."""
    there = cluster(bootstrap, extra)
    known = KnownOffsets(there, group, topic)
    shown = table("topic", ">p", ">start", ">committed", ">end", ">to read", "")
    for (name, partition), position in known.positions.items():
        failure = from_metadata(known.notes.get((name, partition)))
        if json:
            json_line(
                {
                    **_place(name, partition),
                    "start": position.start,
                    "committed": position.committed,
                    "end": position.end,
                    "lag": position.lag,
                    "failing": None
                    if failure is None
                    else {"offset": failure.offset, "attempts": failure.attempts},
                }
            )
        note = f"offset {failure.offset} has failed {failure.attempts}×" if failure else ""
        committed = "–" if position.committed is None else str(position.committed)
        numbers = (position.start, committed, position.end, position.lag)
        shown.add_row(printable(name), str(partition), *map(str, numbers), note)
    if not json:
        console().print(shown)


@app.command("reset")
@explained()
def reset_command(
    group: Group,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="earliest|latest|INSTANT|OFFSET",
            help="Where to: an end of the log, the first record not older, or an offset.",
        ),
    ] = None,
    by: Annotated[
        int | None, typer.Option(metavar="N", help="So many offsets on; back when negative.")
    ] = None,
    topic: Topics = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Do it; otherwise it is only shown.")
    ] = False,
    forgotten: Annotated[
        bool,
        typer.Option("--forgotten", help="Also where requests come again that are forgotten."),
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Have a group go on elsewhere: show what would change, and with --execute do it.

    The group must have no process. A flow's tables stay as they are: what comes again is
    recognised for as long as requests are remembered. Further back is refused without --forgotten,
    and what would come of it is said.
    """
    if (to is None) == (by is None):
        raise Failed("Say where to: either --to or --by.", EXIT_USAGE)
    target = (by or 0) if to is None else _target(to)
    there = cluster(bootstrap, extra)
    known = KnownOffsets(there, group, topic)
    moves = _moves(there, known.positions, target)
    next_records = _next_records(there, moves)
    _show(known.group, moves, next_records, json, executed=execute)
    _warn(there, group, moves, next_records, forgotten=forgotten)
    if known.members:
        raise Failed(
            f"{known.group} has {known.members} members: stop its processes first. One that was "
            "killed is a member until its session ends, after 10 s at most."
        )
    if not execute:
        complain("Nothing was changed: this is what --execute would do.")
        return
    changed = {where: move.to for where, move in moves.items() if move.changes}
    if changed:
        _execute(there, known.group, changed)
    complain(f"{known.group} goes on from there in {len(changed)} of {len(moves)} partitions.")


class _At(Struct, frozen=True):
    """The first record that is not older."""

    at: Instant


class _To(Struct, frozen=True):
    """An end of the log, or an offset."""

    place: Edge | int


def _target(to: str) -> _At | _To:
    """What `--to` says. Raises Failed when it makes no sense."""
    if to.isdecimal():
        return _To(int(to))
    return _To(_EDGES[to]) if to in _EDGES else _At(instant("--to", to))


def _moves(
    there: Cluster, positions: Mapping[Where, Position], target: int | _At | _To
) -> dict[Where, Move]:
    """By so many offsets, or to a place."""
    if isinstance(target, int):
        return {where: move_by(position, target) for where, position in positions.items()}
    if isinstance(target, _To):
        return {where: move_to(position, target.place) for where, position in positions.items()}
    found = start_offsets(there.kafka, positions, target.at)
    return {where: move_to(position, found[where]) for where, position in positions.items()}


def _next_records(there: Cluster, moves: Mapping[Where, Move]) -> dict[Where, Next]:
    reading = FirstUnread(there.kafka)
    try:
        return reading.after(
            {where: move.to for where, move in moves.items() if move.to < move.position.end}
        )
    finally:
        reading.close()


def _show(
    group: str,
    moves: Mapping[Where, Move],
    records: Mapping[Where, Next],
    json: bool,
    *,
    executed: bool,
) -> None:
    shown = table("topic", ">p", ">before", ">after", ">again", ">skipped", "next record")
    for (name, partition), move in moves.items():
        found = records.get((name, partition))
        written = isoformat(found.written_at) if found and found.written_at is not None else None
        before = move.position.committed
        if json:
            json_line(
                {
                    "group": group,
                    **_place(name, partition),
                    "before": before,
                    "after": move.to,
                    "again": move.again,
                    "skipped": move.skipped,
                    "next_record": written,
                    "execute": executed,
                }
            )
        numbers = ("–" if before is None else before, move.to, move.again, move.skipped)
        shown.add_row(printable(name), str(partition), *map(str, numbers), written or "–")
    if not json:
        console().print(shown)


def _place(topic: str, partition: int) -> dict[str, Any]:
    return {"topic": topic, "partition": partition}


def _warn(
    there: Cluster,
    flow: str,
    moves: Mapping[Where, Move],
    records: Mapping[Where, Next],
    *,
    forgotten: bool,
) -> None:
    """Say what comes of it; raises Failed where that should not come about unasked."""
    again = sum(move.again for move in moves.values())
    skipped = sum(move.skipped for move in moves.values())
    if skipped and flow in SKIPPED:
        complain(f"Skipped, {skipped:,} offsets: {SKIPPED[flow]}.")
    if not again or flow not in AGAIN:
        return
    complain(f"Again, {again:,} offsets: {AGAIN[flow]}.")
    remembers = flow not in WITHOUT_MEMORY
    remember = round(there.settings.join.remember.total_seconds()) if remembers else 0
    ages = [
        elapsed(record.written_at, now()) / 1_000
        for where, record in records.items()
        if moves[where].again and record.written_at is not None
    ]
    oldest = max(ages, default=0.0)
    if oldest <= remember:
        return
    sentence = f"It remembers none of them: {FORGOTTEN[flow]}"
    if remembers:
        sentence = (
            f"Records up to {duration(oldest)} old come again, and settled requests are remembered "
            f"for {duration(remember)} (join.remember): {FORGOTTEN[flow]}"
        )
    if not forgotten:
        raise Failed(f"{sentence}. Go back less far, or say --forgotten if that is meant.")
    complain(f"{sentence}.")


def _execute(there: Cluster, group: str, offsets: Mapping[Where, int]) -> None:
    try:
        go_on_from(there.kafka, group, offsets)
    except KafkaException as error:
        raise Failed(
            f"{group} was not moved ({error.args[0].str()}): stop its processes and try again."
        ) from None
