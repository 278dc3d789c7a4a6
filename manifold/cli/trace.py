"""`manifold trace`: the way of one request through every topic."""

import re
from typing import Annotated, Any

import typer
from rich.text import Text

from connectors.clock import now
from connectors.resolved import letter_id, resolved_letters
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.decisions import coloured
from manifold.cli.journey import Branch, Step, branches, collect
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    console,
    counted,
    explained,
    json_line,
    printable,
)
from operators.time import isoformat

_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@explained()
def trace(
    request_id: Annotated[str, typer.Argument(help="The request id that submit has printed.")],
    since: Annotated[
        str, typer.Option(metavar="AGE", help="How far back to look: 90s, 30m, 24h, 7d or all.")
    ] = "24h",
    all_partitions: Annotated[
        bool,
        typer.Option(
            "--all-partitions", help="Look everywhere, after a topic was given more partitions."
        ),
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show every record about a request, what each branch said, and what is missing and why."""
    there = cluster(bootstrap, extra)
    age = _age(since)
    steps = collect(
        there, request_id, None if age is None else now() - age, everywhere=all_partitions
    )
    if not steps:
        raise Failed(
            f"No record is about {request_id}"
            + ("." if age is None else f" in the last {since}: try --since 7d, or --since all.")
        )
    uploaded_at = next((step.at for step in steps if step.is_upload), steps[0].at)
    found = branches(there, steps)
    if json:
        for step in steps:
            json_line({"event": "record", **_step_json(step, uploaded_at)})
        for branch in found:
            json_line(
                {
                    "event": "branch",
                    "branch": branch.flow,
                    "status": branch.status,
                    "missing": branch.missing,
                }
            )
        return
    _show(there, steps, found, uploaded_at)


def _age(text: str) -> int | None:
    """Milliseconds of an age; None for `all`."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if match is None and text != "all":
        raise Failed(f"--since {text}: write 90s, 30m, 24h, 7d or all.", EXIT_USAGE)
    return int(match[1]) * _UNITS[match[2]] if match else None


def _step_json(step: Step, uploaded_at: int) -> dict[str, Any]:
    return {
        "time": isoformat(step.at),
        "latency_ms": step.at - uploaded_at,
        "flow": step.flow,
        "topic": step.received.topic,
        "partition": step.received.partition,
        "offset": step.received.offset,
        "kind": step.content.kind,
        "attempt": step.attempt,
        "status": step.status,
        "summary": step.summary,
        "dead_letter": step.rejection,
        "record": step.content.record,
    }


def _show(there: Cluster, steps: list[Step], found: list[Branch], uploaded_at: int) -> None:
    out = console()
    resolved = (
        resolved_letters(there.kafka, there.contracts, there.codec)
        if any(step.rejection for step in steps)
        else {}
    )
    out.print(f"{counted(len(steps), 'record')} since {isoformat(uploaded_at)}")
    where = [
        f"{each.received.topic} {each.received.partition}:{each.received.offset}" for each in steps
    ]
    width = max(map(len, where))
    for step, place in zip(steps, where, strict=True):
        line = Text(f"{isoformat(step.at)[11:-1]} {_after(step.at - uploaded_at):>10}  ")
        line.append(f"{printable(step.flow):<10}  {place:<{width}}  ")
        out.print(
            line.append_text(_what(step, resolved.get(letter_id(step.received)))), soft_wrap=True
        )
    out.print()
    for branch in found:
        line = Text(f"{branch.flow:>12}  ")
        line.append_text(coloured(branch.status) if branch.status else Text("–", "dim"))
        if branch.missing:
            line.append(f"  {printable(branch.missing)}")
        out.print(line, soft_wrap=True)


def _after(milliseconds: int) -> str:
    """A time span as people read it."""
    if abs(milliseconds) < 10_000:
        return f"{milliseconds:,} ms"
    return f"{milliseconds / 1_000:,.1f} s"


def _what(step: Step, action: str | None) -> Text:
    text = Text()
    if step.rejection is not None:
        text.append(f"dead letter {printable(step.rejection['reason'])} ", "red")
        text.append(f"({action.lower() if action else 'open'}) ")
        return text.append(printable(step.rejection["message"]))
    if step.status:
        text.append_text(coloured(step.status)).append(" ")
    return text.append(printable(step.summary))
