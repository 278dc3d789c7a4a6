"""`manifold topics`: the topics of the contracts on a real broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from connectors.contracts import Contracts
from connectors.settings import Settings
from connectors.topics import BrokerError, Difference, Plan, Topics

app = typer.Typer(
    name="topics",
    help="Create the topics of the contracts, and see what differs. Nothing is ever deleted.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    created: tuple[str, ...]
    missing: tuple[str, ...]
    different: tuple[Difference, ...]
    same: tuple[str, ...]


@app.command("plan")
def plan_command(json: Json = False) -> None:
    """Show what `apply` would create and what differs; change nothing.

    Exits 1 when something is missing or different.
    """
    with _explained():
        plan = Topics(Settings.load().kafka_client).plan(Contracts.load().every_topic())
    _show(plan, (), json)
    if plan.missing or plan.different:
        raise typer.Exit(1)


@app.command("apply")
def apply_command(
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each new topic; default: 3, or one per broker."),
    ] = None,
    json: Json = False,
) -> None:
    """Create the topics that are missing: streams, reference data, changelogs, dead letters.

    Topics that exist stay as they are. What differs in partitions, retention or cleanup is
    shown, and exits 1: changing it moves keys or loses records, so it is yours to decide.
    """
    with _explained():
        topics = Topics(Settings.load().kafka_client)
        plan = topics.plan(Contracts.load().every_topic())
        created = topics.create(plan, replication)
    _show(plan, created, json)
    if plan.different:
        raise typer.Exit(1)


def _show(plan: Plan, created: tuple[str, ...], json: bool) -> None:
    missing = tuple(topic.name for topic in plan.missing if topic.name not in created)
    if json:
        report = Report(created, missing, plan.different, plan.same)
        typer.echo(msgspec.json.encode(report))
        return
    table = Table("topic", "what", "by contract", "on the broker", box=SIMPLE)
    table.columns[0].no_wrap = True
    for topic in plan.missing:
        verb = "created" if topic.name in created else "missing"
        about = f"{topic.partitions} partitions, {topic.cleanup}"
        table.add_row(topic.name, verb, about, "")
    for each in plan.different:
        table.add_row(each.topic, each.what, each.wanted, each.found)
    if table.row_count:
        Console().print(table)
    different = len({each.topic for each in plan.different})
    typer.echo(
        f"{len(created)} created, {len(missing)} missing, {different} different, "
        f"{len(plan.same)} as they should be"
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except BrokerError as error:
        typer.echo(f"manifold: {error}", err=True)
        raise typer.Exit(2) from None
