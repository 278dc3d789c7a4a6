"""How much of everything a rate takes: the model, and `manifold plan`."""

import json
from math import ceil

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from connectors.contracts import Contracts
from flows import BRANCHES, EXTRACT, FLOWS, JOIN
from manifold.cli.app import app
from manifold.sizing.cluster import Plan, plan
from manifold.sizing.cycle import cycle
from manifold.sizing.documents import waiting
from manifold.sizing.measured import FlowCost, Measured, Transactions, measured
from manifold.sizing.processes import TooMuch, fullest
from manifold.sizing.times import both, lognormal, longest, mean, quantile, uniform
from manifold.sizing.wanted import Wanted

STEADY = Transactions(flow_ms=4, broker_ms=8, median_ms=10, p95_ms=10.0001)
COST = FlowCost(thread_us=100, cpu_us=120, start_mib=60, working_mib=60, remembered_bytes=500)
COSTS = Measured(
    date="2026-11-27",
    commit="0",
    machine="any",
    kafka="4.1.0",
    invoices=1,
    flows={flow: COST for flow in FLOWS if flow != EXTRACT},
    topics={"invoice.uploaded": 1_000.0, "invoice.audit": 100.0, "decide.closed.changelog": 50.0},
    broker_us=50,
    transactions=STEADY,
    document_s=2.0,
)
CONTRACTS = Contracts.load()
WANTED = Wanted(rate=1_000, sla=2.0, average=300, remember=3_600)


def planned(wanted: Wanted, costs: Measured = COSTS) -> Plan:
    return plan(wanted, costs, CONTRACTS)


def simulated(rate: float, thread_us: float, setup: float, commit: float) -> float:
    """Mean seconds from arrival to commit, invoice by invoice, of ones that come evenly."""
    arrived, at, total = 0, 0.0, 0.0
    for _ in range(2_000):
        polled = int(at * rate)
        worked = at + (polled - arrived) * thread_us / 1e6 + commit
        total += sum(worked - number / rate for number in range(arrived + 1, polled + 1))
        arrived, at = polled, worked + setup - commit
    return total / arrived


@pytest.mark.parametrize("rate", [500.0, 3_000.0, 6_000.0])
def test_a_cycle_takes_what_a_simulation_of_it_takes(rate: float) -> None:
    found = cycle(rate, 100, STEADY)
    told = simulated(rate, 100, setup=0.03, commit=0.01)
    assert mean(found.passing) == pytest.approx(told, rel=0.05)
    assert found.busy == pytest.approx(rate * 1e-4)


def test_a_process_that_never_gets_through_has_no_cycle() -> None:
    with pytest.raises(ValueError, match="too many"):
        cycle(10_000, 100, STEADY)


def test_times_add_up_and_the_longest_counts() -> None:
    commits = lognormal(0.01, 0.03)
    assert quantile(commits, 0.5) == pytest.approx(0.01, rel=0.02)
    assert quantile(commits, 0.95) == pytest.approx(0.03, rel=0.02)
    assert mean(both(commits, uniform(1.0))) == pytest.approx(mean(commits) + 0.5, rel=0.01)
    assert quantile(longest([uniform(1.0)] * 4), 0.5) == pytest.approx(0.5**0.25, rel=0.02)


def test_documents_wait_as_erlang_says() -> None:
    # Two servers, one of them busy on average: one in three waits.
    assert waiting(1.0, 1.0, 2) == pytest.approx(1 / 3)
    assert waiting(1.0, 1.0, 20) < 1e-9
    with pytest.raises(ValueError, match="for 2"):
        waiting(2.0, 1.0, 2)


def test_no_process_has_more_than_it_may() -> None:
    for rate in (10, 1_000, 30_000, 500_000):
        wanted = replace(WANTED, rate=rate, average=rate / 3)
        found = planned(wanted).processes
        assert set(found.flows) == {flow for flow in FLOWS if flow != EXTRACT}
        for each in found.flows.values():
            assert each.processes <= found.partitions
            assert each.busy <= wanted.busy
            assert each.memory_gib <= wanted.memory_gib
            share = fullest(each.processes, found.partitions)
            assert each.busy == pytest.approx(rate * share * 1e-4)
        assert found.latency.p95 <= wanted.sla


def test_there_are_partitions_for_more_than_there_is_now() -> None:
    now = planned(replace(WANTED, rate=50_000, growth=1))
    later = planned(replace(WANTED, rate=50_000, growth=4))
    assert later.processes.partitions >= 4 * ceil(now.processes.partitions / 4)
    assert later.processes.flows[JOIN].processes < later.processes.partitions


def test_what_is_remembered_takes_memory() -> None:
    short = planned(replace(WANTED, remember=60)).processes.flows[JOIN]
    long = planned(replace(WANTED, remember=86_400)).processes.flows[JOIN]
    remembered = 300 * 86_400 * 500 / 2**30
    assert long.processes * long.memory_gib >= remembered
    assert long.processes > short.processes


def test_a_shorter_promise_takes_more_processes() -> None:
    slow = replace(WANTED, rate=20_000, sla=5.0, busy=0.95, growth=8)
    floor = planned(slow).processes
    fast = planned(replace(slow, sla=0.8 * floor.latency.p95)).processes
    assert fast.latency.p95 <= 0.8 * floor.latency.p95
    assert sum(fast.flows[each].processes for each in (*BRANCHES, JOIN)) > sum(
        floor.flows[each].processes for each in (*BRANCHES, JOIN)
    )


def test_a_promise_that_no_number_of_processes_keeps_is_refused() -> None:
    with pytest.raises(TooMuch, match="two transactions stand in between"):
        planned(replace(WANTED, sla=0.02))


def test_documents_take_workers() -> None:
    found = planned(replace(WANTED, rate=10, documents=0.3, busy=0.5)).processes
    assert found.flows[EXTRACT].processes == 6  # 3 a second of 2 s, half busy, 2 workers each
    assert planned(replace(WANTED, rate=10)).processes.document_wait == 0


def test_storage_is_what_topics_keep() -> None:
    found = planned(WANTED).brokers
    uploaded = CONTRACTS.topics["invoice.uploaded"].retention_ms / 1e3
    kept = 1_000 * uploaded + 50 * 2 * 3_600
    audit = CONTRACTS.topics["invoice.audit"]
    if audit.retention_ms > 0:
        kept += 100 * audit.retention_ms / 1e3
        assert found.kept_for_ever_gib_month == 0
    else:
        assert found.kept_for_ever_gib_month == pytest.approx(3 * 300 * 100 * 730 * 3_600 / 2**30)
    assert found.storage_gib == pytest.approx(3 * 300 * kept / 2**30)
    assert found.written_mib_s == pytest.approx(3 * 1_000 * 1_150 / 2**20)


def test_prices_are_what_is_paid() -> None:
    dear = replace(WANTED, prices=replace(WANTED.prices, storage_gib_month=0.8))
    once, tenfold = planned(WANTED).cost, planned(dear).cost
    assert tenfold.storage == pytest.approx(10 * once.storage)
    assert tenfold.processes == once.processes
    gib_hours = planned(WANTED).brokers.storage_gib
    assert once.storage == pytest.approx(gib_hours * 0.08 / 730 / (300 * 3_600 / 1e6))


def test_what_was_measured_is_of_our_flows_and_topics() -> None:
    found = measured()
    assert set(found.flows) == {flow for flow in FLOWS if flow != EXTRACT}
    assert set(found.topics) <= set(CONTRACTS.topics)
    written = {topic.name for flow in found.flows for topic in CONTRACTS.written_by(flow)}
    assert {"invoice.uploaded", "invoice.decision", "invoice.settled"} <= set(found.topics)
    assert {f"invoice.{branch}.result" for branch in BRANCHES} <= set(found.topics) & written
    for cost in found.flows.values():
        assert 0 < cost.thread_us <= 1.2 * cost.cpu_us
    assert found.invoices >= 10_000
    assert 0 < found.transactions.median_ms < found.transactions.p95_ms


def test_the_command_prints_a_plan() -> None:
    done = CliRunner().invoke(app, ["plan", "--rate", "1000", "--sla", "2s", "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wanted"]["rate"] == 1_000
    assert set(found["processes"]["flows"]) == {flow for flow in FLOWS if flow != EXTRACT}
    printed = CliRunner().invoke(app, ["plan", "--rate", "1000", "--documents", "0.1"])
    assert all(each in printed.stdout for each in (*FLOWS, "MANIFOLD_PARTITIONS"))


def test_the_command_says_what_it_reckons_with() -> None:
    printed = CliRunner().invoke(app, ["plan", "--costs"]).stdout
    assert all(flow in printed for flow in measured().flows)
    assert measured().date in printed
    told = CliRunner().invoke(app, ["plan", "--costs", "--json"]).stdout
    assert json.loads(told)["broker_us"] == measured().broker_us


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Say how many invoices a second"),
        (("--rate", "1000", "--sla", "20ms"), 1, "This cannot be: with as many processes"),
        (("--rate", "1000", "--sla", "soon"), 2, "--sla soon: write 500ms, 2s"),
        (("--rate", "10", "--average", "20"), 2, "is more than --rate 10"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = CliRunner().invoke(app, ["plan", *arguments])
    assert done.exit_code == code
    assert said in done.stderr
