"""`manifold dlq`: records that a flow could not use: look at them, send them back, let them go."""

import getpass
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, TypeAlias

import msgspec
import typer

from connectors.browse import partitions_of, record_at
from connectors.content import as_json, content_of, text_header
from connectors.dead_letters import ADDED, GROUP, MESSAGE, STACKTRACE
from connectors.letters import By, Heap, Selection, heaps, still_open, summary
from connectors.resolved import (
    Action,
    Overtaken,
    Resolver,
    letter_id,
    resolved_letters,
    source_topic,
)
from connectors.stream import Received
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.dlq_retry import retry_command
from manifold.cli.lag_table import duration
from manifold.cli.letter_options import (
    All,
    Group,
    Offsets,
    Reason,
    Request,
    Since,
    Topic,
    Until,
    named,
    selection,
)
from manifold.cli.letters import dead_letter_topics, position, read_letters
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import (
    EXIT_INTERRUPTED,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)
from operators.time import isoformat

app = commands("dlq", "Dead letters: list, show, replay, retry, discard.")
app.command("retry")(retry_command)

Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]


@app.command("list")
@explained()
def list_command(
    topic: Topic = None,
    reason: Reason = None,
    group: Group = None,
    request: Request = None,
    since: Since = None,
    until: Until = None,
    by: Annotated[
        list[By] | None,
        typer.Option("--by", help="Count by this; may be repeated. Default: topic, group, reason."),
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Count the open letters by topic, flow and reason; with TOPIC, list each of them."""
    there = cluster(bootstrap, extra)
    letters = _open(there, selection(topic, reason, group, request, since, until))
    if by or (topic is None and request is None):
        counted_by = by or [By.TOPIC, By.GROUP, By.REASON]
        found = [_heap(heap, counted_by) for heap in heaps(letters, counted_by)]
        columns = [*counted_by, ">letters", "oldest", "newest"]
    else:
        found = [summary(letter) for letter in letters]
        columns = ["topic", "at", "group", "reason", ">attempts", "first_seen", "next_try", "key"]
    if json:
        for each in found:
            json_line(each)
        return
    if not found:
        typer.echo("No open dead letters.")
        return
    shown = table(*columns)
    for each in found:
        each["at"] = f"{each.get('partition')}:{each.get('offset')}"
        found_in = (each[name.removeprefix(">")] for name in columns)
        shown.add_row(*("–" if value is None else printable(value) for value in found_in))
    console().print(shown)


def _heap(heap: Heap, by: Sequence[By]) -> dict[str, object]:
    common = {one.value: value for one, value in zip(by, heap.common, strict=True)}
    return {**common, "letters": heap.letters, "oldest": heap.oldest, "newest": heap.newest}


@app.command("show")
@explained()
def show_command(
    topic: Annotated[str, typer.Argument(help="A topic, or its dead letters' topic.")],
    at: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET", help="Which letter.")],
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show a letter: why it is one, its headers, its content, and where the flow failed."""
    there = cluster(bootstrap, extra)
    letter = _letter(there, dead_letter_topics(there, topic)[0], position(at))
    content = content_of(letter, there.contracts, there.codec)
    action = resolved_letters(there.kafka, there.contracts, there.codec).get(letter_id(letter))
    own = {
        name: (value or b"").decode(errors="replace")
        for name, value in letter.headers
        if name not in ADDED
    }
    facts: dict[str, object] = {
        **summary(letter),
        "time": isoformat(letter.timestamp),
        "resolved": action,
        "message": text_header(letter, MESSAGE) or "",
    }
    trace = text_header(letter, STACKTRACE) or ""
    if json:
        shown = as_json(letter, content)
        json_line({**shown, **facts, "headers": own, "stacktrace": trace})
        return
    for name, value in (*facts.items(), *own.items()):
        typer.echo(f"{name:>20}  {printable(value)}")
    typer.echo("")
    if content.problem is None:
        typer.echo(msgspec.json.format(msgspec.json.encode(content.record)).decode())
    else:
        typer.echo(f"{content.problem}; it begins with")
        typer.echo((letter.value or b"")[:256].hex(" ", 4))
    if trace:
        typer.echo("\n" + "\n".join(map(printable, trace.splitlines())))


@app.command("replay")
@explained()
def replay_command(
    topic: Topic = None,
    reason: Reason = None,
    group: Group = None,
    request: Request = None,
    since: Since = None,
    until: Until = None,
    offset: Offsets = None,
    every: All = False,
    rate: Annotated[
        float | None,
        typer.Option(min=0.01, help="At most so many letters a second; default: no limit."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Send letters back to their topics, each for the one flow that could not use it.

    A letter is sent back at most once: afterwards it is no longer open.
    """
    there = cluster(bootstrap, extra)
    chosen = named(selection(topic, reason, group, request, since, until, offset), every)
    _resolve(there, chosen, "REPLAYED", yes=yes, dry_run=dry_run, json=json, rate=rate)


@app.command("discard")
@explained()
def discard_command(
    topic: Topic = None,
    reason: Reason = None,
    group: Group = None,
    request: Request = None,
    since: Since = None,
    until: Until = None,
    offset: Offsets = None,
    every: All = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Mark letters as dealt with, without sending them back; they stay readable."""
    there = cluster(bootstrap, extra)
    chosen = named(selection(topic, reason, group, request, since, until, offset), every)
    _resolve(there, chosen, "DISCARDED", yes=yes, dry_run=dry_run, json=json)


def _resolve(
    there: Cluster,
    chosen: Selection,
    action: Action,
    *,
    yes: bool,
    dry_run: bool,
    json: bool,
    rate: float | None = None,
) -> None:
    letters = _open(there, chosen)
    untargeted = [each for each in letters if each.header(GROUP) is None]
    if untargeted and action == "REPLAYED":
        raise Failed(
            f"{letter_id(untargeted[0])} does not say which flow could not use it, and a replay "
            "would reach all of them: discard it, and submit the invoice anew."
        )
    if dry_run:
        for letter in letters:
            _tell(letter, f"WOULD_BE_{action}", json)
        _count(len(letters), f"would be {action.lower()}", json)
        if rate is not None:
            complain(f"That takes {duration(len(letters) / rate)} at {rate:g} a second.")
        return
    if not letters:
        _count(0, action.lower(), json)
        return
    if len(letters) > 1 and not yes:
        verb = "Replay" if action == "REPLAYED" else "Discard"
        typer.confirm(f"{verb} {len(letters)} dead letters?", abort=True, err=True)
    done = 0
    overtaken = True
    try:
        while overtaken:
            resolver = Resolver(there.kafka, there.contracts, there.codec, _account())
            try:
                with progress(f"{action.lower()} dead letters") as tell:
                    resolver.resolve(letters, action, tell, per_second=rate)
                overtaken = False
            except Overtaken:
                # `manifold dlq retry` takes its turn; a new resolver knows what has been done.
                complain("Somebody else deals with dead letters too; going on.")
            finally:
                done += resolver.done
    except KeyboardInterrupt:
        complain(f"Interrupted: {counted(done, 'dead letter')} {action.lower()}.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    for letter in letters if json else ():
        _tell(letter, action, json)
    _count(done, action.lower(), json)


def _tell(letter: Received, action: str, json: bool) -> None:
    if json:
        json_line({"action": action, **summary(letter)})
    else:
        typer.echo(printable(f"{letter_id(letter)} → {source_topic(letter)}"))


def _count(count: int, done: str, json: bool) -> None:
    if not json:
        typer.echo(f"{counted(count, 'dead letter')} {done}.")


def _open(there: Cluster, selection: Selection) -> list[Received]:
    resolved = resolved_letters(there.kafka, there.contracts, there.codec)
    return still_open(read_letters(there, selection), resolved)


def _letter(there: Cluster, topic: str, at: tuple[int, int]) -> Received:
    count = partitions_of(there.kafka, [topic])[topic]
    letter = record_at(there.kafka, (topic, at[0]), at[1]) if at[0] < count else None
    if letter is not None:
        return letter
    raise Failed(f"{topic} has no letter at {at[0]}:{at[1]}; `manifold dlq list {topic}` says.")


def _account() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "unknown"
