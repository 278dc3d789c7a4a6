"""`manifold plan`: how much of everything a rate of invoices takes."""

import re
from typing import Annotated

import typer

from connectors.contracts import Contracts
from manifold.cli.options import Json
from manifold.cli.output import EXIT_FAILED, EXIT_USAGE, Failed, explained, json_line
from manifold.cli.plan_tables import show_costs, show_plan
from manifold.sizing.cluster import plan as planned
from manifold.sizing.measured import measured
from manifold.sizing.processes import TooMuch
from manifold.sizing.wanted import Prices, Wanted

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


@explained()
def plan(
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Invoices a second, when most come.")
    ] = None,
    sla: Annotated[
        str, typer.Option(metavar="TIME", help="From an upload to its decision, for 95 of 100.")
    ] = "2s",
    average: Annotated[
        float | None,
        typer.Option(min=0.001, help="Invoices a second over a day; default: a third of --rate."),
    ] = None,
    documents: Annotated[
        float, typer.Option(min=0, max=1, help="Share that comes as PDFs, scans and photos.")
    ] = 0.0,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The setting documents.workers.")] = 2,
    remember: Annotated[
        str, typer.Option(metavar="TIME", help="The setting join.remember: 24h, 10m.")
    ] = "24h",
    busy: Annotated[
        float, typer.Option(min=0.05, max=0.95, help="Share of its time a core may be busy.")
    ] = 0.6,
    growth: Annotated[
        float, typer.Option(min=1, help="Partitions for so many times the rate.")
    ] = 2.0,
    replication: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 3,
    memory: Annotated[float, typer.Option(min=0.25, help="GiB that a process may have.")] = 4.0,
    broker_cores: Annotated[int, typer.Option(min=1, help="Cores of a broker.")] = 8,
    broker_mib: Annotated[
        float, typer.Option(min=1, help="MiB a second that a broker takes in, copies included.")
    ] = 100.0,
    price_core: Annotated[float, typer.Option(min=0, help="Of a core for an hour.")] = 0.04,
    price_memory: Annotated[float, typer.Option(min=0, help="Of a GiB for an hour.")] = 0.005,
    price_storage: Annotated[float, typer.Option(min=0, help="Of a GiB for a month.")] = 0.08,
    costs: Annotated[
        bool, typer.Option("--costs", help="Show what it reckons with, and plan nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Say how many partitions, processes and brokers a rate takes, how fast it is, what it costs.

    Reckoned from what was measured; docs/scale.md says how, and how far off it is. Exits 1 when
    the promise cannot be kept with any number of processes.
    """
    if costs:
        if json:
            json_line(measured())
        else:
            show_costs(measured())
        return
    if rate is None:
        raise Failed("Say how many invoices a second: manifold plan --rate 1000.", EXIT_USAGE)
    wanted = Wanted(
        rate=rate,
        sla=_seconds("--sla", sla),
        average=average if average is not None else rate / 3,
        documents=documents,
        workers=workers,
        remember=_seconds("--remember", remember),
        busy=busy,
        growth=growth,
        replication=replication,
        memory_gib=memory,
        broker_cores=broker_cores,
        broker_mib_s=broker_mib,
        prices=Prices(price_core, price_memory, price_storage),
    )
    if wanted.average > wanted.rate:
        raise Failed(f"--average {average} is more than --rate {rate:g}.", EXIT_USAGE)
    try:
        found = planned(wanted, measured(), Contracts.load())
    except TooMuch as error:
        raise Failed(f"This cannot be: {error}.", EXIT_FAILED) from None
    if json:
        json_line(found)
        return
    show_plan(found)


def _seconds(option: str, text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text.strip())
    if found is None or float(found[1]) == 0:
        raise Failed(f"{option} {text}: write 500ms, 2s, 10m, 24h or 7d.", EXIT_USAGE)
    return float(found[1]) * _UNITS[found[2]]
