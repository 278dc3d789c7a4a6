"""Fuzzes the flows: `python -m tests.faults.fuzz --records 100000 --seed 1`.

Ends with 1 when something went wrong; the lines printed then say how to see it again.
"""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable

os.environ["RUST_BACKTRACE"] = "0"

from flows import FLOWS
from tests.faults.fuzz.campaign import CHUNK, Campaign
from tests.faults.fuzz.flow import Flow, flows
from tests.faults.fuzz.telling import told


def main() -> int:
    """Run the chunks asked for."""
    options = _options()
    logging.disable(logging.CRITICAL)
    found: Counter[str] = Counter()
    with flows() as store:
        for name in options.flow or FLOWS:
            campaign = Campaign(Flow(name, store), options.seed)
            began, shown, number = time.monotonic(), 0.0, options.chunk
            while campaign.records < options.records // len(options.flow or FLOWS):
                for finding in campaign.chunk(number):
                    found[f"{name}: {finding.where}"] += 1
                    if found[f"{name}: {finding.where}"] == 1:
                        print("", *told(campaign, finding), sep="\n", flush=True)
                        if not options.keep_going:
                            return 1
                number += 1
                if time.monotonic() - shown > 5:
                    shown = time.monotonic()
                    _progress(campaign, shown - began)
            _progress(campaign, time.monotonic() - began)
            print(f"{name} outcomes: {dict(campaign.ends.most_common())}", flush=True)
    for where, count in found.most_common():
        print(f"{count} times in {where}")
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument(
        "--records", type=_at_least(len(FLOWS)), default=60_000, help="in all, shared by the flows"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the mutations")
    parser.add_argument("--flow", action="append", choices=FLOWS, help="only this one; repeatable")
    parser.add_argument(
        "--chunk", type=_at_least(0), default=0, help=f"begin at this chunk of {CHUNK} records"
    )
    parser.add_argument("--keep-going", action="store_true", help="collect all that goes wrong")
    return parser.parse_args()


def _at_least(smallest: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        if (number := int(text)) < smallest:
            raise argparse.ArgumentTypeError(f"{number} is less than {smallest}")
        return number

    return count


def _progress(campaign: Campaign, seconds: float) -> None:
    print(
        f"{campaign.flow.name}: {campaign.records} records, "
        f"{campaign.records / max(seconds, 0.001):.0f}/s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
