"""Measures what an invoice costs: `python -m bench.costs`, with a broker of `make kafka` running.

It looks at CPU time, so what else runs on the machine matters little; what a commit takes is
time by the clock, so there it matters. `manifold plan` reckons with the file it writes.
"""

import argparse
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.costs.ground import Ground, machine
from bench.costs.measure import costs_of, transactions
from manifold.sizing import measured as sizing

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    options.add_argument("--port", type=int, default=9092, help="of the broker (make kafka)")
    options.add_argument("--count", type=int, default=40_000, help="waiting invoices")
    options.add_argument("--seconds", type=float, default=30, help="of invoices at --rate")
    options.add_argument("--rate", type=float, default=100, help="a second, for transactions")
    options.add_argument(
        "--document-s",
        type=float,
        default=sizing.measured().document_s,
        help="CPU seconds of a document, from `python -m bench.costs.documents`",
    )
    options.add_argument(
        "--out", type=Path, default=ROOT / "manifold" / "sizing" / sizing.FILE, help="the file"
    )
    options.add_argument(
        "--keep-times",
        action="store_true",
        help="of a commit, as they are in the file: for a machine that has other things to do",
    )
    given = options.parse_args()
    kept = sizing.measured().transactions if given.keep_times else None
    with tempfile.TemporaryDirectory(prefix="manifold-costs-") as folder:
        broker = ROOT / ".kafka" / str(given.port)
        ground = Ground(f"127.0.0.1:{given.port}", broker, Path(folder), given.count)
        logs = ground.log_bytes()
        costs = costs_of(ground, given.count)
        topics = {
            topic: round((size - logs.get(topic, 0)) / given.count, 1)
            for topic, size in sorted(ground.log_bytes().items())
            if size > logs.get(topic, 0)
        }
        found = sizing.Measured(
            date=datetime.now(UTC).date().isoformat(),
            commit=_commit(),
            machine=machine(),
            kafka="4.1.0, one broker, one copy of each record",
            invoices=given.count,
            flows=costs.flows,
            topics=topics,
            broker_us=costs.broker_us,
            transactions=transactions(ground, given.seconds, given.rate, costs, kept),
            document_s=given.document_s,
        )
    given.out.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()


if __name__ == "__main__":
    main()
