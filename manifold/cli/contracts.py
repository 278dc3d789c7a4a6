"""`manifold contracts`: schemas and topics as agreed with everyone who uses them."""

from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

import schemas
from connectors import lock
from connectors.contracts import Contracts, Topic
from connectors.registration import ModeSet, Step, compared_with_registry, registration
from connectors.registry import client
from connectors.settings import Settings
from manifold.cli.contracts_check import Root, check
from manifold.cli.options import commands
from manifold.cli.output import EXIT_FAILED, EXIT_USAGE, Failed, complain, explained, json_line

app = commands("contracts", "Check the schemas and topics, lock their ids, and register them.")

_DAY = 86_400_000

Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]

app.command("check")(check)


@app.command("list")
def list_command(json: Json = False) -> None:
    """List the topics: who owns them, who writes them, who reads them, how long they are kept."""
    topics = Contracts.load().topics.values()
    if json:
        typer.echo(msgspec.json.encode(list(topics)))
        return
    table = Table("topic", "owner", "written by", "read by", "kept", box=SIMPLE)
    table.columns[0].no_wrap = True
    for topic in topics:
        readers = ", ".join(topic.consumers or topic.tables_of)
        written_by = ", ".join(topic.producers)
        table.add_row(topic.name, topic.owner, written_by, readers, _kept(topic))
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


class Document(StrEnum):
    """What `docs` writes."""

    asyncapi = "asyncapi"
    html = "html"


@app.command("docs")
@explained()
def docs_command(
    output: Annotated[
        Path, typer.Option("--output", "-o", dir_okay=False, help="The file that is written.")
    ],
    form: Annotated[Document, typer.Option("--format")] = Document.html,
    root: Root = None,
) -> None:
    """Write the topics for others: a page to read, or an AsyncAPI 3 document for their tools.

    The page is one file, with fields, owners, personal data, examples and what each version has
    changed. The document is JSON, or YAML when the file is called so.
    """
    from manifold.catalogue.asyncapi import asyncapi
    from manifold.catalogue.page import catalogue

    contracts, version = Contracts.load(root), metadata.version("manifold")
    if form is Document.html:
        text = catalogue(contracts, version)
    elif output.suffix in (".yaml", ".yml"):
        text = yaml.safe_dump(asyncapi(contracts, version), sort_keys=False, allow_unicode=True)
    else:
        encoded = msgspec.json.encode(asyncapi(contracts, version))
        text = msgspec.json.format(encoded, indent=2).decode() + "\n"
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failed(f"{output} cannot be written: {error.strerror}") from None
    typer.echo(
        f"{output}: {len([each for each in contracts.topics.values() if each.record])} topics"
    )


@app.command("register")
@explained()
def register_command(
    url: Annotated[str | None, typer.Option("--url", help="Instead of registry.url.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and whether it may be.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Register every schema version, and hold each subject to its topic's compatibility mode.

    Subjects are named `TOPIC-value`. What is registered already keeps its id, so doing it again
    changes nothing. Exits 1 when the registry refuses a version, is away or wants another login.
    """
    settings = Settings.load()
    registry = settings.registry
    if url is not None:
        registry = registry.model_copy(update={"url": url})
    if registry.url is None:
        raise Failed("manifold: no registry: set registry.url, or give --url", EXIT_USAGE)
    contracts = Contracts.load(root, namespace=settings.namespace)
    asking = client(registry)
    for step in registration(asking, contracts, dry_run=dry_run):
        if json:
            json_line(step)
        else:
            typer.echo(_told(step, dry_run))
    broken = list(compared_with_registry(asking, contracts)) if dry_run else []
    for each in broken:
        complain(f"{each.severity}: {each.where}: {each.message}")
    if any(each.severity == "error" for each in broken):
        raise typer.Exit(EXIT_FAILED)


def _told(step: Step, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    if isinstance(step, ModeSet):
        return f"{step.topic}: {would}held to {step.mode}, was {step.before or 'by default'}"
    if step.id is None:
        return f"{step.topic} version {step.version}: would be registered"
    return f"{step.topic} version {step.version}: id {step.id}" + (", new" if step.new else "")
