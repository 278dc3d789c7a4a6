"""`manifold topics`: the topics of the contracts on a real broker."""

from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from connectors.contracts import Contracts
from connectors.topics import Difference, Plan, Topics
from manifold.cli.options import Bootstrap, Extra, Json, commands, load_settings
from manifold.cli.output import explained

app = commands(
    "topics", "Create the topics of the contracts, and see what differs. Nothing is ever deleted."
)


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    created: tuple[str, ...]
    missing: tuple[str, ...]
    different: tuple[Difference, ...]
    same: tuple[str, ...]


@app.command("plan")
@explained()
def plan_command(bootstrap: Bootstrap = None, extra: Extra = None, json: Json = False) -> None:
    """Show what `apply` would create and what differs; change nothing.

    Exits 1 when something is missing or different.
    """
    _, plan = _plan(bootstrap, extra)
    _show(plan, (), json)
    if plan.missing or plan.different:
        raise typer.Exit(1)


@app.command("apply")
@explained()
def apply_command(
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each new topic; default: 3, or one per broker."),
    ] = None,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
    json: Json = False,
) -> None:
    """Create the topics that are missing: streams, reference data, changelogs, dead letters.

    Topics that exist stay as they are. What differs in partitions, retention or cleanup is
    shown, and exits 1: changing it moves keys or loses records, so it is yours to decide.
    The setting `partitions` says how many each has that processes share out; `manifold plan` says
    how many to want.
    """
    topics, plan = _plan(bootstrap, extra)
    created = topics.create(plan, replication)
    _show(plan, created, json)
    if plan.different:
        raise typer.Exit(1)


def _plan(bootstrap: str | None, extra: list[str] | None) -> tuple[Topics, Plan]:
    settings = load_settings(bootstrap, extra)
    topics = Topics(settings.kafka_client)
    contracts = Contracts.load(namespace=settings.namespace)
    return topics, topics.plan(contracts.every_topic(settings.partitions))


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
