"""Fuzzes the flows: `python -m tests.faults.fuzz --records 100000 --seed 1`.

Ends with 1 when something went wrong; the lines printed then say how to see it again.
"""

import argparse
import logging
import os
import sys
import time
from collections import Counter

os.environ["RUST_BACKTRACE"] = "0"

import structlog

from flows import FLOWS
from tests.faults.fuzz.campaign import CHUNK, Campaign, Finding
from tests.faults.fuzz.flow import Flow, flows
from tests.faults.fuzz.shrink import readable, shrunk


def main() -> int:
    """Run the chunks asked for."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    told: Counter[str] = Counter()
    with flows() as store:
        for name in options.flow or FLOWS:
            campaign = Campaign(Flow(name, store), options.seed)
            first = options.chunk or 0
            began, shown, number = time.monotonic(), 0.0, first
            while campaign.records < options.records // len(options.flow or FLOWS):
                for finding in campaign.chunk(number):
                    told[f"{name}: {finding.where}"] += 1
                    if told[f"{name}: {finding.where}"] == 1:
                        _tell(campaign, finding)
                        if not options.keep_going:
                            return 1
                number += 1
                if time.monotonic() - shown > 5:
                    shown = time.monotonic()
                    _progress(campaign, shown - began)
            _progress(campaign, time.monotonic() - began)
            print(f"{name} outcomes: {dict(campaign.ends.most_common())}", flush=True)
    for where, count in told.most_common():
        print(f"{count} times in {where}")
    return 1 if told else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz", description=__doc__)
    parser.add_argument("--records", type=int, default=60_000, help="in all, shared by the flows")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flow", action="append", choices=FLOWS, help="only this one; repeatable")
    parser.add_argument("--chunk", type=int, help=f"begin at this chunk of {CHUNK} records")
    parser.add_argument("--keep-going", action="store_true", help="collect all that goes wrong")
    return parser.parse_args()


def _progress(campaign: Campaign, seconds: float) -> None:
    print(
        f"{campaign.flow.name}: {campaign.records} records, "
        f"{campaign.records / max(seconds, 0.001):.0f}/s",
        flush=True,
    )


def _tell(campaign: Campaign, finding: Finding) -> None:
    again = f"--seed {finding.seed} --flow {finding.flow} --chunk {finding.chunk} --records 1"
    print(f"\n{finding.what}\n  in {finding.where}\n  again: python -m tests.faults.fuzz {again}")
    if len(finding.records) == 1:
        small = shrunk(finding.records[0], lambda each: campaign.fails(finding, [each]))
        for line in readable(small):
            print(f"  {line}")
    else:
        print(f"  {len(finding.records)} records together")
        for received in finding.records[:4]:
            for line in readable(received):
                print(f"  {line[:600]}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
