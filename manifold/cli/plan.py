"""`manifold plan`: how much of everything a rate of invoices takes."""

import re
from collections.abc import Iterator
from typing import Annotated

import typer

from connectors.contracts import Contracts
from manifold.cli.options import Json
from manifold.cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    Failed,
    console,
    explained,
    json_line,
    table,
)
from manifold.sizing.cluster import Plan
from manifold.sizing.cluster import plan as planned
from manifold.sizing.measured import measured
from manifold.sizing.processes import TooMuch
from manifold.sizing.wanted import Prices, Wanted

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


@explained()
def plan(
    rate: Annotated[float, typer.Option(min=0.01, help="Invoices a second, when most come.")],
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
    json: Json = False,
) -> None:
    """Say how many partitions, processes and brokers a rate takes, how fast it is, what it costs.

    Reckoned from what was measured; docs/scale.md says how, and how far off it is. Exits 1 when
    the promise cannot be kept with any number of processes.
    """
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
    out = console()
    shown = table("flow", ">processes", ">cores", ">busiest thread", ">memory each")
    for flow, each in found.processes.flows.items():
        shown.add_row(
            flow,
            f"{each.processes:,}",
            f"{each.cores:,.1f}",
            f"{each.busy:.0%}",
            f"{each.memory_gib:.1f} GiB",
        )
    out.print(shown)
    facts = table("", "")
    facts.show_header = False
    for about, said in _facts(found):
        facts.add_row(about, said)
    out.print(facts)


def _facts(found: Plan) -> Iterator[tuple[str, str]]:
    wanted, flows, brokers, cost = found.wanted, found.processes, found.brokers, found.cost
    yield "partitions", f"{flows.partitions:,} of each topic (MANIFOLD_PARTITIONS)"
    total = sum(each.processes for each in flows.flows.values())
    cores = sum(each.cores for each in flows.flows.values())
    memory = sum(each.processes * each.memory_gib for each in flows.flows.values())
    yield "processes", f"{total:,}, using {cores:,.1f} cores and {_gib(memory)}"
    latency = flows.latency
    yield (
        "upload to decision",
        f"p50 {_ms(latency.p50)}, p95 {_ms(latency.p95)}, p99 {_ms(latency.p99)}",
    )
    if wanted.documents:
        yield "a document", f"waits {flows.document_wait:.1f} s to be read, on the mean"
    busiest = max(each.busy for each in flows.flows.values())
    back = 10 * busiest / (1 - busiest)
    yield "after 10 minutes of standstill", f"caught up in {back:.1f} minutes at the full rate"
    yield (
        "brokers",
        f"{brokers.brokers:,} of {wanted.broker_cores} cores ({brokers.because}), using "
        f"{brokers.cores:,.1f} cores; {brokers.written_mib_s:,.1f} MiB/s written",
    )
    yield "storage", f"{_gib(brokers.storage_gib)} with {wanted.replication} copies"
    if brokers.kept_for_ever_gib_month:
        yield "kept without an end", f"{_gib(brokers.kept_for_ever_gib_month)} more each month"
    yield (
        "a million invoices cost",
        f"{cost.all:,.2f}: processes {cost.processes:,.2f}, brokers {cost.brokers:,.2f}, "
        f"storage {cost.storage:,.2f}",
    )


def _gib(size: float) -> str:
    for unit in ("GiB", "TiB", "PiB"):
        if size < 1_000 or unit == "PiB":
            return f"{size:,.1f} {unit}"
        size /= 1_024
    raise AssertionError


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f} ms"


def _seconds(option: str, text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text.strip())
    if found is None or float(found[1]) == 0:
        raise Failed(f"{option} {text}: write 500ms, 2s, 10m, 24h or 7d.", EXIT_USAGE)
    return float(found[1]) * _UNITS[found[2]]
