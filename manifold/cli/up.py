"""`manifold up`: every flow, kept running."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from connectors import logs
from connectors.database.migration import migrate
from connectors.settings import Settings
from connectors.telemetry_server import PortBusy
from flows import COLLECT, DELIVERIES, EXTRACT, FLOWS, FUSED, OUTPUTS
from manifold.cli.options import Bootstrap, Extra, load_settings
from manifold.cli.output import explained
from manifold.embedded import Embedded
from manifold.exits import Exit
from manifold.fleet import told
from manifold.handover import Handover
from manifold.supervisor import Misconfigured, Supervisor, until_signalled


@explained()
def up(
    flows: Annotated[
        list[str] | None, typer.Argument(help=f"Some of {', '.join(FLOWS)}; all without.")
    ] = None,
    instances: Annotated[int, typer.Option(min=1, max=64, help="Processes of each flow.")] = 1,
    embedded: Annotated[
        bool,
        typer.Option("--embedded", help="On a broker and a database that end with this command."),
    ] = False,
    fused: Annotated[
        bool,
        typer.Option(
            "--fused",
            help="The four branches and the join in one process: for small installations. "
            "The same topics and state; one way can go on where the other has ended.",
        ),
    ] = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Keep a process of each flow running: restart with backoff, stop cleanly on Ctrl-C.

    On a real cluster the topics must be there first: `manifold topics apply`.
    """
    if fused and flows:
        raise typer.BadParameter("--fused runs all flows: name none beside it")
    wanted = [EXTRACT, FUSED, COLLECT, *OUTPUTS, *DELIVERIES] if fused else flows or list(FLOWS)
    unknown = sorted(set(flows or ()) - set(FLOWS))
    if unknown:
        raise typer.BadParameter(f"there is no flow {unknown[0]!r}; there are {', '.join(FLOWS)}")
    settings = load_settings(bootstrap, extra)
    logs.configure(as_json=settings.log_json)
    try:
        if embedded:
            with Embedded(settings) as services:
                _greet(services.settings)
                _run(wanted, services.settings, instances)
        else:
            if settings.database.url.startswith("sqlite:"):
                migrate(settings.database.url)
            handover = Handover(settings)
            if fused:
                handover.to_fused()
            else:
                handover.to_apart()
            _run(wanted, settings, instances)
    except (Misconfigured, PortBusy) as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        sys.exit(Exit.MISCONFIGURED)


def _run(flows: list[str], settings: Settings, instances: int) -> None:
    supervisor = Supervisor(flows, settings, instances=instances)
    with told(supervisor, settings.telemetry, _say), supervisor:
        until_signalled(supervisor)


def _say(line: str) -> None:
    Console(stderr=True).print(line, highlight=False, soft_wrap=True)


def _greet(settings: Settings) -> None:
    address = settings.kafka_client["bootstrap.servers"]
    console = Console(stderr=True)
    console.print(f"An embedded broker is at {address}. In another terminal:")
    console.print(f"  export MANIFOLD_KAFKA__BOOTSTRAP_SERVERS={address}", highlight=False)
    console.print("  manifold submit invoice.xml --wait", highlight=False)
