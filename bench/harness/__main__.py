"""`make bench`: measure the systems of bench/systems.toml side by side.

    make bench                                  everything; takes hours, says how long
    make bench BENCH_ARGS="--quick"             a short look, its results in .bench/quick
    make bench BENCH_ARGS="--systems manifold,kafka-streams --rounds 5"

BENCH_BOOTSTRAP names a broker to measure on; without it one is started and taken down.
"""

import argparse
import sys
from pathlib import Path

from msgspec.structs import replace

from bench.harness import session
from bench.harness.broker import PORT, NoBroker
from bench.harness.ground import Extent
from bench.harness.kept import NothingToKeep, earlier
from bench.harness.measures import MEASURES
from bench.harness.system import ROOT, WORK, Unknown, load

RESULTS = ROOT / "bench" / "results"
QUICK = Extent(
    count=20_000,
    rates=(200,),
    warm_up=3.0,
    seconds=5.0,
    restart_limit=60.0,
    idle_seconds=5.0,
    keys=20_000,
)


def main() -> int:
    """Measure what the command line says."""
    given = _arguments()
    try:
        systems = load(given.systems)
    except Unknown as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    asked = {
        "count": given.count,
        "rates": given.rates,
        "seconds": given.seconds,
        "warm_up": given.warm_up,
        "keys": given.keys,
    }
    known = {name: value for name, value in asked.items() if value is not None}
    extent = replace(QUICK if given.quick else Extent(), **known)
    rounds = given.rounds or (1 if given.quick else 3)
    folder = given.out or (WORK / "quick" if given.quick else RESULTS)
    wanted = session.Wanted(
        systems,
        given.measures or tuple(MEASURES),
        rounds,
        given.seed,
        extent,
        given.port,
    )
    try:
        if given.keep:
            wanted = replace(wanted, earlier=earlier(folder))
        return session.run(wanted, folder, as_json=given.json)
    except NothingToKeep as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except NoBroker as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--systems", type=_names, default=(), help="names, with commas; all without")
    add("--measures", type=_measures, default=(), help=", ".join(MEASURES))
    add("--rounds", type=int, help="rounds (3; 1 with --quick)")
    add("--count", type=int, help="waiting invoices for throughput")
    add("--rates", type=_rates, help="uploads a second for latency, with commas")
    add("--seconds", type=float, help="seconds at each rate that count")
    add("--warm-up", type=float, help="seconds at each rate before those")
    add("--keys", type=int, help="decided requests that a restart finds")
    add("--seed", type=int, default=1, help="draws the order of the systems")
    add("--quick", action="store_true", help="one round of little: a look, not a figure")
    add("--json", action="store_true", help="print the results as JSON, progress on stderr")
    add(
        "--keep",
        action="store_true",
        help="keep what the results have of systems and measures that are not measured now",
    )
    add("--out", type=Path, help="folder of the results (bench/results)")
    add("--port", type=int, default=PORT, help="port of the broker that is started")
    return parser.parse_args()


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _rates(text: str) -> tuple[int, ...]:
    return tuple(int(rate) for rate in _names(text))


def _measures(text: str) -> tuple[str, ...]:
    names = _names(text)
    for name in names:
        if name not in MEASURES:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(MEASURES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
