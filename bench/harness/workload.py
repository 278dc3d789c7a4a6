"""The invoices that systems are given, and the topics they come and go by."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from bench.job.contracts import job_contracts
from bench.job.invoices import uploads as job_uploads
from connectors.clock import now
from connectors.contracts import Contracts
from manifold.generator import invoices, reference_records, world
from operators.upload import InvoiceUploaded

SEED = 4


class Workload(Struct, frozen=True):
    """Invoices, and the contracts of the topics that a system works on them with."""

    name: str
    """As `bench/systems.toml` names it."""
    uploads: Callable[[int], Iterator[InvoiceUploaded]]
    """The first so many uploads; always the same."""
    reference: Callable[[int], Iterator[tuple[str, Struct]]]
    """The reference data that so many uploads are measured against, with its keys."""
    contracts: Callable[[str, str], Contracts]
    """Contracts for a namespace and the topic of the uploads."""
    own_input: bool
    """Whether the topic of the uploads must be under the namespace."""
    replayed: bool
    """Whether `bench/job/expected.py` knows what must come out."""


def _job(count: int) -> Iterator[InvoiceUploaded]:
    yield from job_uploads(SEED, count)


def _no_reference(_: int) -> Iterator[tuple[str, Struct]]:
    yield from ()


def _generated(count: int) -> Iterator[InvoiceUploaded]:
    made = world(SEED, count, datetime.now(UTC).date())
    return (sample.upload for sample in invoices(made, SEED, count, now()))


def _reference(count: int) -> Iterator[tuple[str, Struct]]:
    yield from reference_records(world(SEED, count, datetime.now(UTC).date()))


def _every_contract(namespace: str, _: str) -> Contracts:
    return Contracts.load(namespace=namespace)


WORKLOADS = {
    "job": Workload("job", _job, _no_reference, job_contracts, own_input=False, replayed=True),
    "generated": Workload(
        "generated", _generated, _reference, _every_contract, own_input=True, replayed=False
    ),
}
"""By the names of `bench/systems.toml`."""
