"""CPU a record, without a broker: prints JSON of step to microseconds.

`python bench/ratio.py` runs it over two versions of the source. What it measures it takes from the
first folder on PYTHONPATH, so that one version of this file measures both.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date
from time import process_time
from typing import Any

from bench.job import checks, flows
from bench.job.expected import Branches
from bench.job.invoices import uploads
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.stream import Batch
from operators.result import Source
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import start
from tests.contract.generated_records import AT, SAMPLES, sent

_RECORDS = 2_000
_PASSES = 5
_INVOICES = 20_000
_BATCH = 2_000
_DAY = date(2025, 6, 2)


def main() -> None:
    """Measure and print."""
    contracts = Contracts.load()
    codec = Codec(contracts, LockIds(contracts))
    made = list(uploads(1, _RECORDS))
    values = [codec.encoder(InvoiceUploaded)(upload) for upload in made]
    found: dict[str, float] = {}
    branches: dict[str, tuple[type[Any], Callable[[Any], object]]] = {
        "validation": (flows.CheckedUpload, lambda upload: checks.validation(upload.invoice)),
        "inventory": (flows.OrderedUpload, lambda upload: checks.inventory(upload.invoice, None)),
        "fraud": (
            flows.WeighedUpload,
            lambda upload: checks.fraud(upload.request_id, upload.invoice, _DAY, None),
        ),
        "pricing": (flows.PricedUpload, lambda upload: checks.pricing(upload.invoice)),
    }
    for name, (view, judge) in branches.items():
        decode: Callable[[bytes], Any] = codec.decoder(view)
        found[f"decode for {name}"] = each(decode, values)
        found[f"judge {name}"] = each(judge, map(decode, values))
    replay = Branches()
    results = [
        list(replay.results(upload, Source("topic", 0, number)))
        for number, upload in enumerate(made)
    ]
    for of_branch in zip(*results, strict=True):
        kind = type(of_branch[0])
        found[f"encode {kind.__name__}"] = each(codec.encoder(kind), of_branch)
    found[f"flow pricing, {_INVOICES:,} invoices"] = flow("pricing")
    print(json.dumps(found))


def each(function: Callable[[Any], object], records: Iterable[Any]) -> float:
    """CPU microseconds for each record, in the fastest of some passes."""
    given = list(records)
    best = float("inf")
    for _ in range(_PASSES):
        began = process_time()
        for record in given:
            function(record)
        best = min(best, process_time() - began)
    return best / len(given) * 1e6


def flow(name: str) -> float:
    """CPU microseconds for each invoice that goes through a real flow, in memory."""
    samples = [sent(sample.upload, number) for number, sample in enumerate(SAMPLES)]
    records = [samples[number % len(samples)] for number in range(_BATCH)]
    batches = [Batch(0, AT, records)] * (_INVOICES // _BATCH)
    began = process_time()
    start(name, batches)
    return (process_time() - began) / _INVOICES * 1e6


if __name__ == "__main__":
    main()
