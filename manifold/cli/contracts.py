"""`manifold contracts`: schemas and topics as agreed with everyone who uses them."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import schemas
from connectors import lock
from connectors.checks import findings
from connectors.contracts import Contracts, Topic
from connectors.registry import RegistryRefused, RegistryUnavailable, client, publish
from connectors.settings import Settings

app = typer.Typer(
    name="contracts",
    help="Check the schemas and topics, lock their ids, and publish them to a registry.",
    add_completion=False,
    no_args_is_help=True,
)

_DAY = 86_400_000

Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]
Root = Annotated[
    Path | None,
    typer.Option("--root", exists=True, file_okay=False, help="Another folder of contracts."),
]


@app.command("check")
def check_command(root: Root = None, json: Json = False) -> None:
    """Check every version against the earlier ones, the examples, the classes and the lock.

    A version that breaks its topic's compatibility mode is named with the field that breaks.
    Exits 1 when anything is wrong.
    """
    contracts = Contracts.load(root)
    found = findings(contracts)
    versions = sum(1 for _ in contracts.every_version())
    if json:
        typer.echo(
            msgspec.json.encode(
                {"topics": len(contracts.topics), "versions": versions, "findings": found}
            )
        )
    else:
        for each in found:
            typer.echo(f"{each.check}: {each.where}: {each.message}")
        wrong = f"{len(found)} findings" if found else "all well"
        typer.echo(f"{len(contracts.topics)} topics, {versions} schema versions: {wrong}")
    if found:
        raise typer.Exit(1)


@app.command("list")
def list_command(json: Json = False) -> None:
    """List the topics: what they carry, who writes them, who reads them."""
    topics = Contracts.load().topics.values()
    if json:
        typer.echo(msgspec.json.encode(list(topics)))
        return
    table = Table("topic", "written by", "read by", "kept", box=SIMPLE)
    table.columns[0].no_wrap = True
    for topic in topics:
        readers = ", ".join(topic.consumers or topic.tables_of)
        table.add_row(topic.name, ", ".join(topic.producers), readers, _kept(topic))
    Console().print(table)


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "newest per key"
    if topic.cleanup == "compact,delete":
        return f"newest per key, {topic.retention_ms // _DAY} days"
    return "for ever" if topic.retention_ms < 0 else f"{topic.retention_ms // _DAY} days"


@app.command("lock")
def lock_command(root: Root = None, json: Json = False) -> None:
    """Give new schema versions their ids in `lock.json`; ids given before never change."""
    folder = root or Path(schemas.__file__).parent
    contracts = Contracts.load(folder)
    locked = lock.locked(contracts)
    added = len(locked["ids"]) - len(contracts.lock.get("ids", {}))
    if added:
        lock.write(folder, locked)
    if json:
        typer.echo(msgspec.json.encode({"ids": len(locked["ids"]), "added": added}))
    else:
        typer.echo(f"{added} ids added, {len(locked['ids'])} in all")


@app.command("publish")
def publish_command(
    url: Annotated[str | None, typer.Option("--url", help="Instead of registry.url.")] = None,
    json: Json = False,
) -> None:
    """Register every schema version, and set each subject's compatibility mode.

    Subjects are named `TOPIC-value`. What is registered already keeps its id.
    """
    settings = Settings.load()
    registry = settings.registry
    if url is not None:
        registry = registry.model_copy(update={"url": url})
    if registry.url is None:
        typer.echo("manifold: no registry: set registry.url, or give --url", err=True)
        raise typer.Exit(2)
    contracts = Contracts.load(namespace=settings.namespace)
    try:
        done = [
            {"topic": topic.name, "version": version.version, "id": number}
            for topic, version, number in publish(client(registry), contracts)
        ]
    except (RegistryUnavailable, RegistryRefused) as error:
        typer.echo(f"manifold: {error}", err=True)
        raise typer.Exit(1) from None
    if json:
        typer.echo(msgspec.json.encode({"published": done}))
        return
    for each in done:
        typer.echo(f"{each['topic']} version {each['version']}: id {each['id']}")
