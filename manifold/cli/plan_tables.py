"""A plan, and what it was reckoned with, as tables."""

from collections.abc import Iterable, Iterator

from manifold.cli.output import console, table
from manifold.sizing.cluster import Plan
from manifold.sizing.measured import Measured, measured


def show_plan(plan: Plan) -> None:
    """Print a plan: the flows, then all else."""
    out = console()
    shown = table("flow", ">processes", ">cores", ">busiest thread", ">memory each")
    for flow, each in plan.processes.flows.items():
        shown.add_row(
            flow,
            f"{each.processes:,}",
            f"{each.cores:,.1f}",
            f"{each.busy:.0%}",
            f"{each.memory_gib:.1f} GiB",
        )
    out.print(shown)
    _show_facts(_facts(plan))


def show_costs(costs: Measured) -> None:
    """Print what was measured."""
    out = console()
    shown = table("an invoice costs", ">thread µs", ">CPU µs", ">start MiB", ">remembered bytes")
    for flow, each in costs.flows.items():
        shown.add_row(
            flow,
            f"{each.thread_us:.0f}",
            f"{each.cpu_us:.0f}",
            f"{each.start_mib:.0f}",
            f"{each.remembered_bytes:,.0f}",
        )
    out.print(shown)
    paid = costs.transactions
    largest = sorted(costs.topics, key=lambda name: -costs.topics[name])[:3]
    told = ", ".join(f"{name} {costs.topics[name]:,.0f}" for name in largest)
    _show_facts(
        (
            ("the broker", f"{costs.broker_us:.0f} µs of CPU an invoice, one copy of each record"),
            ("the log", f"{sum(costs.topics.values()):,.0f} bytes an invoice: {told}, …"),
            (
                "a transaction",
                f"{paid.flow_ms:.1f} ms of CPU of the flow, {paid.broker_ms:.1f} of the broker; "
                f"takes {paid.median_ms:.0f} ms, in 95 of 100 at most {paid.p95_ms:.0f}",
            ),
            ("a document", f"{costs.document_s:.1f} s of CPU"),
            ("measured", f"{costs.date}, {costs.invoices:,} invoices, Kafka {costs.kafka}"),
            ("on", costs.machine),
        )
    )


def _show_facts(facts: Iterable[tuple[str, str]]) -> None:
    shown = table("", "")
    shown.show_header = False
    for about, said in facts:
        shown.add_row(about, said)
    console().print(shown)


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
        reading = measured().document_s
        yield (
            "a document",
            f"waits {flows.document_wait:.1f} s and is read in {reading:.1f} s, on the mean",
        )
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
    for unit in ("GiB", "TiB"):
        if size < 1_000:
            return f"{size:,.1f} {unit}"
        size /= 1_024
    return f"{size:,.1f} PiB"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f} ms"
