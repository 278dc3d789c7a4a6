"""What was measured: what an invoice costs each flow, each topic and the broker.

`python -m bench.costs` measures it again and writes the file.
"""

from importlib.resources import files

import msgspec

FILE = "measured.json"


class FlowCost(msgspec.Struct, frozen=True):
    """What an invoice costs a flow while polls are full."""

    thread_us: float
    """CPU of the thread that works, which there is one of in a process; microseconds."""
    cpu_us: float
    """CPU of the whole process, microseconds."""
    start_mib: float
    """Memory of a process that has read nothing yet."""
    working_mib: float
    """Memory that a backlog takes besides: what is fetched ahead, and a poll of 10,000."""
    remembered_bytes: float
    """Memory of an invoice for as long as it is remembered."""


class Transactions(msgspec.Struct, frozen=True):
    """What a transaction costs whatever is in it, with few records in each."""

    flow_ms: float
    """CPU of the flow's process."""
    broker_ms: float
    """CPU of the broker, one copy."""
    median_ms: float
    """Time that offsets and commit take, half of the times."""
    p95_ms: float
    """The same, in 95 of 100."""


class Measured(msgspec.Struct, frozen=True):
    """One session's figures, and where they are from."""

    date: str
    commit: str
    machine: str
    kafka: str
    invoices: int
    """Waiting invoices that were worked off."""
    flows: dict[str, FlowCost]
    topics: dict[str, float]
    """Bytes that an invoice leaves in each topic's log: batches and their headers included."""
    broker_us: float
    """CPU of the broker an invoice, for all that all flows read and write, one copy."""
    transactions: Transactions
    document_s: float
    """CPU that reading a document takes, seconds: kinds in equal shares."""


def measured() -> Measured:
    """The figures that come with the package."""
    text = files(__package__).joinpath(FILE).read_bytes()
    return msgspec.json.decode(text, type=Measured)
