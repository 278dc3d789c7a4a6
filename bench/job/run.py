"""One process of the job on Manifold: `python -m bench.job.run FLOW`.

Reads the environment that README.md names.
"""

import os
import sys

from bench.job.contracts import job_contracts
from bench.job.flows import decide, fraud, inventory, pricing, validation
from bench.job.fused import fused
from connectors.settings import Settings
from manifold.runner import run_flow

FLOWS = (validation, inventory, fraud, pricing, decide, fused)


def main() -> int:
    """Run the flow named on the command line until it is asked to stop."""
    flow = sys.argv[1]
    wire = {each.__name__: each for each in FLOWS}[flow]
    namespace = os.environ["BENCH_NAMESPACE"]
    settings = Settings.load(
        kafka={"bootstrap.servers": os.environ["BENCH_BOOTSTRAP"]},
        namespace=namespace,
        instance=os.environ.get("BENCH_INSTANCE", "one"),
    )
    contracts = job_contracts(namespace, os.environ["BENCH_INPUT"])
    return run_flow(flow, settings, contracts=contracts, wire=wire)


if __name__ == "__main__":
    sys.exit(main())
