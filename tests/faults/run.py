"""The fault run: `python -m tests.faults.run --seed N --seconds S --invoices N --rate R`.

Three brokers, two processes of every flow and a paced load; a fault every few seconds, drawn from
the seed; then everything must come to rest, and every checker must pass.
"""

import argparse
import signal
import sys
import time
from typing import NoReturn

from tests.faults.performance import FOLDERS, NotPerformed, Plan, Report, perform, told
from tests.faults.schedule import schedule


def main() -> int:
    """The command line; 0 when every check has passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1_000.0)
    parser.add_argument("--invoices", type=int, default=103_000)
    parser.add_argument("--rate", type=float, default=100.0, help="invoices a second")
    parser.add_argument("--share", action="store_true", help="the few minutes that tests take")
    parser.add_argument("--plan", action="store_true", help="print the schedule and end")
    given = parser.parse_args()
    folder = FOLDERS / f"seed-{given.seed}"
    plan = Plan(given.seed, given.seconds, given.invoices, given.rate, folder)
    if given.share:
        plan = Plan.share(given.seed)
    if given.plan:
        for each in schedule(plan.seed, plan.seconds):
            print(f"{each.at:7.1f} s  {each.kind:27} {each.target} {each.seconds or ''}")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        _, checks = perform(plan, reporter())
    except NotPerformed as problem:
        print(f"faults: {problem}", file=sys.stderr)
        return 2
    for check in checks:
        print(told(check))
    return 0 if all(check.passed for check in checks) else 1


def reporter() -> Report:
    """Prints what it is told, with the seconds since it was made."""
    began = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {line}", flush=True)

    return report


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
