"""`python -m bench.ingest`: how fast invoices come in over HTTP, on a real broker.

An open loop at 100 and 500 requests a second, then far above what one process can do, against
`manifold serve` and, in the same run, against the plainest FastAPI application with a producer.
Every invoice that was answered with 202 is then counted in the topic.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from confluent_kafka.admin import AdminClient

from connectors.browse import every_partition, partitions_of, start_offsets
from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.kafka import client
from connectors.offsets import end_offsets
from connectors.settings import Settings
from connectors.topics import BrokerError, Topics
from manifold.generator import invoices, world
from operators.upload import InvoiceUploaded

_BODIES = 500
_START_SECONDS = 60


def main() -> None:
    """Measure, and print a table and, with --json, a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--seconds", type=float, default=60, help="of each rate")
    parser.add_argument("--rates", default="100,500", help="requests a second")
    parser.add_argument("--above", type=float, default=4_000, help="far above what can be done")
    parser.add_argument("--above-seconds", type=float, default=15)
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="manifold-bench-") as folder:
        try:
            measured = _measured(given, Path(folder))
        except BrokerError as error:
            sys.exit(f"bench.ingest: {error} (`make kafka` starts one)")
    if given.json:
        given.json.write_text(json.dumps(measured, indent=2) + "\n")
    lost = [each for each in measured if each["written"] < each["codes"].get("202", 0)]
    sys.exit(1 if lost else 0)


def _measured(given: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    namespace = f"bench{uuid.uuid4().hex[:8]}."
    settings = Settings.load(kafka={"bootstrap.servers": given.bootstrap}, namespace=namespace)
    contracts = Contracts.load(namespace=namespace)
    uploaded = contracts.topic_of(InvoiceUploaded)
    topics = Topics(settings.kafka_client)
    every = list(contracts.every_topic())
    topics.create(topics.plan(every))
    topic = uploaded.name
    codec = Codec(contracts, LockIds(contracts))
    samples = invoices(world(1, _BODIES, datetime.now(UTC).date()), 1, _BODIES, now(), 0.2)
    bodies = b"\n".join(
        json.dumps(codec.to_json(sample.upload)["invoice"]).encode() for sample in samples
    )
    runs = [(float(rate), given.seconds) for rate in given.rates.split(",")]
    runs.append((given.above, given.above_seconds))
    found: list[dict[str, Any]] = []
    with ExitStack() as stack:
        apps = {
            "manifold serve": stack.enter_context(_manifold(given.bootstrap, namespace, folder)),
            "plain FastAPI": stack.enter_context(_plain(given.bootstrap, topic)),
        }
        _print_head()
        for name, (port, process) in apps.items():
            _loaded(port, 100, 5, bodies)  # what is slow once is slow before
            for rate, seconds in runs:
                before, cpu = _written(settings, topic), _cpu(process)
                told = _loaded(port, rate, seconds, bodies)
                told |= {
                    "application": name,
                    "written": _written(settings, topic) - before,
                    "cpu_seconds": round(_cpu(process) - cpu, 2),
                    "alive": process.is_running(),
                }
                found.append(told)
                _print(told)
    admin = AdminClient(client(settings.kafka_client))
    for gone in admin.delete_topics([each.name for each in every], request_timeout=30).values():
        gone.exception()
    return found


def _written(settings: Settings, topic: str) -> int:
    kafka = settings.kafka_client
    partitions = every_partition(partitions_of(kafka, [topic]))
    ends = end_offsets(kafka, start_offsets(kafka, partitions))
    return sum(ends.values())


def _loaded(port: int, rate: float, seconds: float, bodies: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.open_loop", str(port), str(rate), str(seconds)]
    done = subprocess.run(command, input=bodies, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _manifold(bootstrap: str, namespace: str, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = _free()
    environment = {
        **os.environ,
        "MANIFOLD_NAMESPACE": namespace,
        "MANIFOLD_DOCUMENTS__URL": str(folder / "documents"),
    }
    command = ["-m", "manifold", "serve", "--port", str(port), "-b", bootstrap]
    with _running(command, environment, port) as process:
        yield port, process


@contextmanager
def _plain(bootstrap: str, topic: str) -> Iterator[tuple[int, psutil.Process]]:
    port = _free()
    environment = {**os.environ, "BOOTSTRAP": bootstrap, "TOPIC": topic}
    with _running(["-m", "bench.plain_ingest", str(port)], environment, port) as process:
        yield port, process


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], port: int
) -> Iterator[psutil.Process]:
    started = subprocess.Popen([sys.executable, *command], env=environment)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5)
                break
            except (urllib.error.URLError, OSError):
                if started.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{' '.join(command)} does not answer")
                time.sleep(0.1)
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _print_head() -> None:
    print(f"{'':16}{'rate':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}  CPU/1000  answers")


def _print(told: dict[str, Any]) -> None:
    taken = [told[name] for name in ("p50", "p95", "p99", "max")]
    shown = "".join(f"{'–' if value is None else f'{value:.1f}':>9}" for value in taken)
    cpu = told["cpu_seconds"] * 1_000 / told["sent"]
    answers = " ".join(f"{code}:{count}" for code, count in told["codes"].items())
    print(
        f"{told['application']:16}{told['rate']:>7.0f}{shown}{cpu:>8.2f} s  {answers}"
        f"  in the topic {told['written']}",
        flush=True,
    )


if __name__ == "__main__":
    main()
