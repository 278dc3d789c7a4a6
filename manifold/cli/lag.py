"""`manifold lag`: how far consumer groups are behind, and whether they get anywhere."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
import typer
from confluent_kafka import KafkaException

from connectors.browse import topics_there
from connectors.clock import now
from connectors.groups import Groups
from connectors.kafka import bootstrap as address
from connectors.lag import Lags
from connectors.lag_metrics import LagMetrics
from connectors.telemetry_server import TelemetryServer, registry
from flows import FLOWS
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.flow_groups import FLOWS_AND_FUSED, flows_there, topics_read_by
from manifold.cli.lag_table import lag_table
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    Failed,
    complain,
    console,
    explained,
    json_line,
)
from operators.lag import PartitionLag
from operators.lag_state import State, worst
from operators.time import isoformat

Wanted: TypeAlias = Mapping[str, Iterable[str] | None]
"""Groups, and the topics each reads; None for those it has committed something in."""

_PORT = 9464
_PATIENCE = 10.0
"""Seconds that a look may take longer than usual."""
_WIDTH = 110
"""Of a table that goes to a file."""


@explained()
def lag(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GROUP]...", help="Flows or other groups; default: all flows."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every group of the cluster.")] = False,
    partitions: Annotated[
        bool, typer.Option("--partitions", "-p", help="A line for each partition.")
    ] = False,
    window: Annotated[
        float,
        typer.Option(min=1, help="Seconds without a commit, something waiting, that make a STOP."),
    ] = 60,
    fail_on: Annotated[
        State | None, typer.Option(help="Exit with 1 when a partition is so, or worse.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="The same, for Prometheus.")] = False,
    interval: Annotated[
        float, typer.Option("--interval", min=0.2, help="Seconds between two looks.")
    ] = 5,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="For --serve, instead of telemetry.port, or 9464."),
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show how far groups are behind in records and seconds, also groups that have stopped.

    State: OK, WARN (its lag only grows), STALL (it commits, but gets no further), STOP (it does not
    commit), REWIND (it has gone back).

    Lag counts offsets up to the end; it is 0 when no committed record is among them. Age is that of
    the first record not read. See docs/lag.md.
    """
    if serve and (watch or json or fail_on):
        raise Failed("--serve goes with none of --watch, --json, --fail-on.", EXIT_USAGE)
    there = cluster(bootstrap, extra)
    topics_there(there.kafka)
    lags = Lags(there.kafka, round(window * 1_000))

    def look() -> list[PartitionLag]:
        return lags.look(_wanted(there, lags.groups, named or (), every))

    try:
        if serve:
            own = there.settings.telemetry
            chosen = own.port if port is None else port
            _serve(look, own.host, _PORT if chosen is None else chosen, interval)
            return
        for found in _looks(look, interval) if watch else [look()]:
            _show(there, found, partitions, json, clear=watch)
            _judge(found, fail_on)
    finally:
        lags.close()


def _wanted(there: Cluster, groups: Groups, named: Sequence[str], every: bool) -> Wanted:
    if groups.embedded():
        # It cannot say which groups it has.
        flows = named or FLOWS
        return {there.group(flow): topics_read_by(there.contracts, flow) for flow in flows}
    names = groups.names()
    if named:
        return dict(_named(there, name, names) for name in named)
    own = [name for name in map(there.group, FLOWS_AND_FUSED) if name in names]
    running = flows_there(there.contracts, own, groups.members(own))
    wanted: dict[str, Iterable[str] | None] = {
        there.group(flow): topics_read_by(there.contracts, flow) for flow in running
    }
    if every:
        wanted |= {name: None for name in names if name not in own}
    return wanted


def _named(there: Cluster, name: str, groups: Sequence[str]) -> tuple[str, Iterable[str] | None]:
    if name in FLOWS_AND_FUSED:
        return there.group(name), topics_read_by(there.contracts, name)
    if name in groups:
        return name, None
    others = ", ".join(groups) or "none at all"
    raise Failed(
        f"there is no group {name} on {address(there.kafka)}; there are: {others}", EXIT_USAGE
    )


def _show(
    there: Cluster, found: list[PartitionLag], partitions: bool, json: bool, clear: bool
) -> None:
    if json:
        at = isoformat(now())
        for each in found:
            json_line({"at": at, **msgspec.to_builtins(each)})
    elif found:
        out = console()
        if out.is_terminal and clear:
            out.clear()
        width = out.width if out.is_terminal else _WIDTH
        out.print(lag_table(found, partitions, there.contracts.namespace, width), width=width)
    else:
        complain("No flow has run here yet; --all shows every group.")


def _judge(found: Iterable[PartitionLag], fail_on: State | None) -> None:
    known = worst(each.state for each in found if each.state is not None)
    if fail_on is not None and known.severity >= fail_on.severity:
        raise typer.Exit(EXIT_FAILED)


def _looks(
    look: Callable[[], list[PartitionLag]],
    seconds: float,
    failed: Callable[[], None] = lambda: None,
) -> Iterator[list[PartitionLag]]:
    while True:
        began = time.monotonic()
        try:
            found = look()
        except KafkaException as error:
            failed()
            complain(f"Kafka: {error.args[0].str()}; trying again")
        else:
            yield found
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))


def _serve(look: Callable[[], list[PartitionLag]], host: str, port: int, seconds: float) -> None:
    metrics = LagMetrics()
    pages = metrics.pages(round((3 * seconds + _PATIENCE) * 1_000))
    server = TelemetryServer(host, port, registry(metrics), pages)
    complain(f"serving http://{host}:{server.port}/metrics")
    try:
        for found in _looks(look, seconds, metrics.failed):
            metrics.show(found, now())
    finally:
        server.close()
