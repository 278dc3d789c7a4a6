"""A session of measuring: builds, runs, keeps what is finished, writes the results."""

import fcntl
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import msgspec
from confluent_kafka import KafkaException
from msgspec import Struct
from msgspec.structs import replace

from bench.harness.broker import Broker, NoBroker, broker
from bench.harness.ground import Extent, Ground
from bench.harness.kept import Entry, merged, sessions
from bench.harness.machine import described
from bench.harness.measures import MEASURES
from bench.harness.observer import Undecided
from bench.harness.page import page, printable
from bench.harness.plan import Clock, Run, planned
from bench.harness.processes import Ended
from bench.harness.results import Round, entries
from bench.harness.system import PEERS, ROOT, WORK, Command, System, Unbuilt, load
from bench.harness.trial import delete

_INTERRUPTED = 130
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WARM_UP = 20_000
"""Uploads that warm the broker up."""


class Wanted(Struct, frozen=True):
    """What is to be measured."""

    systems: Sequence[System]
    measures: Sequence[str]
    rounds: int
    seed: int
    extent: Extent
    port: int
    earlier: Sequence[Entry] = ()
    """Results that stay where nothing takes their place."""


def run(wanted: Wanted, folder: Path, *, as_json: bool) -> int:
    """Measure and write the results; the exit code. Raises NoBroker."""
    for number in _STOPS:
        signal.signal(number, _interrupt)
    logging.getLogger("librdkafka").setLevel(logging.ERROR)
    WORK.mkdir(exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoBroker("another bench is running here: wait for it or end it") from None
        rounds: list[Round] = []
        code = 0
        left_out: dict[str, str] = {}
        machine = described()
        try:
            systems = _ready(wanted.systems, left_out)
            _measure(wanted, systems, rounds)
        except KeyboardInterrupt:
            tell("interrupted; what is finished is kept")
            code = _INTERRUPTED
        if rounds:
            _write(wanted, rounds, machine, left_out, folder, as_json=as_json)
        return code or int(all(each.failed for each in rounds))


def tell(line: str) -> None:
    """A line of progress."""
    print(f"bench {time.strftime('%H:%M:%S')}: {line}", file=sys.stderr, flush=True)


def _ready(systems: Sequence[System], left_out: dict[str, str]) -> list[System]:
    """The systems that can be run here, built."""
    found = []
    built: set[Command] = set()
    for system in systems:
        why = system.missing()
        if why is None:
            tell(f"building {system.name}") if system.build else None
            try:
                system.make(built)
            except Unbuilt as error:
                why = str(error)
        if why is None:
            found.append(system)
        else:
            left_out[system.name] = why
            tell(f"{system.name} is left out: {why}")
    return found


def _measure(wanted: Wanted, systems: Sequence[System], rounds: list[Round]) -> None:
    runs = planned(systems, wanted.measures, wanted.rounds, wanted.seed)
    clock = Clock(wanted.extent)
    with broker(wanted.port) as found:
        ground = Ground(found, wanted.extent)
        try:
            _warm_up(found, wanted.extent, systems)
            for number, each in enumerate(runs):
                left = clock.left(runs[number:]) / 60
                tell(
                    f"[{number + 1}/{len(runs)}] round {each.number}, {each.measure}: "
                    f"{each.system.name} (about {left:.0f} min left)"
                )
                began = time.monotonic()
                rounds.append(_once(ground, each))
                clock.took(each, time.monotonic() - began)
        finally:
            delete(found, ground.prefix)


def _warm_up(found: Broker, extent: Extent, systems: Sequence[System]) -> None:
    """Let a broker that has just been started work before anything is measured on it."""
    few = Ground(found, replace(extent, count=min(extent.count, _WARM_UP)))
    tell("warming the broker up")
    try:
        for system in systems[:1]:
            _once(few, Run(0, "throughput", system))
    finally:
        delete(found, few.prefix)


def _once(ground: Ground, run: Run) -> Round:
    try:
        readings = MEASURES[run.measure](ground, run.system)
    except (Ended, Undecided, KafkaException) as error:
        tell(f"  failed: {error}")
        return Round(run.number, run.system.name, failed=str(error), measure=run.measure)
    for reading in readings:
        verdict = reading.verdict
        figures = ", ".join(
            f"{name} {value:,.4g}" for name, value in reading.values.items() if value is not None
        )
        tell(f"  {reading.case} {figures}".rstrip())
    if readings and (verdict.untraced or not verdict.right):
        tell(
            f"  lost {verdict.lost}, duplicated {verdict.duplicated}, wrong {verdict.wrong}, "
            f"untraced {verdict.untraced}: " + "; ".join(map(printable, verdict.examples))
        )
    return Round(run.number, run.system.name, tuple(readings), measure=run.measure)


def _write(
    wanted: Wanted,
    rounds: Sequence[Round],
    machine: dict[str, str],
    left_out: dict[str, str],
    folder: Path,
    *,
    as_json: bool,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    session = {"date": machine["date"], "commit": machine["commit"]}
    measured = [entry | session for entry in entries(wanted.systems, rounds)]
    order = {system.name: number for number, system in enumerate(load())}
    results = sorted(
        merged(measured, wanted.earlier), key=lambda entry: order.get(entry["system"], len(order))
    )
    if apart := sessions(results):
        machine = machine | {"measured": apart}
    names = {entry["system"] for entry in results}
    systems = [system for system in load() if system.name in names]
    written = msgspec.json.format(msgspec.json.encode(results), indent=2).decode() + "\n"
    latest = folder / "latest.json"
    latest.write_text(written)
    if left_out:
        machine = machine | {"left out": "; ".join(left_out.values())}
    text = page(systems, results, machine, method(wanted), _draw(latest))
    (folder / "latest.md").write_text(text)
    print(written if as_json else text)
    tell(f"results are in {folder}")


def method(wanted: Wanted) -> str:
    """How the figures were made, in three sentences."""
    extent = wanted.extent
    rates = ", ".join(f"{rate:,}" for rate in extent.rates)
    return (
        f"Rounds: {wanted.rounds}, the systems in an order drawn anew for each measure (seed "
        f"{wanted.seed}), on one broker that shares the machine with them and with the observer; "
        "given are medians, and in brackets the least and the most. Throughput is of "
        f"{extent.count:,} uploads that wait in a topic, the same bytes for all; latency is from "
        f"the instant an upload was due to its read_committed decision, {rates} uploads a second "
        f"for {extent.seconds:g} s each after {extent.warm_up:g} s that do not count. "
        "Every result and decision of every run was read again and compared with a replay, and "
        "what was lost, doubled or wrong stands beside the figures."
    )


def _draw(latest: Path) -> list[str]:
    """The plots; none where matplotlib is not installed."""
    python = str(PEERS) if PEERS.exists() else sys.executable
    drawn = subprocess.run(
        [python, "-m", "bench.harness.plots", str(latest)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if drawn.returncode:
        tell(f"no plots: {drawn.stderr.strip().splitlines()[-1]}")
        return []
    return drawn.stdout.split()


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    # Once is enough: what is running has to be taken down undisturbed.
    for number in _STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
