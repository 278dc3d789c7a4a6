"""What sealing costs `collect`: records entered in a sealed database against one that is not.

    MANIFOLD_NAMESPACE=… python -m bench.sealing --bootstrap 127.0.0.1:9092

The records are those of a pipeline that has run there. Both enter the same, in portions as a poll
brings them, each into a fresh SQLite file with every column sealed that can be, or none, turn by
turn; CPU and time are of entering only.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from connectors import keyring
from connectors.at_rest import AtRest
from connectors.browse import read_all
from connectors.codec import Codec
from connectors.collected import event_of
from connectors.contracts import Contracts
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.database.sealing import PLAIN, PURPOSE, Sealing
from connectors.schema_ids import schema_ids
from connectors.settings import Settings
from connectors.stream import Decoded
from connectors.wire import Wire
from flows.collect import RECORDS
from operators.audit import Event

_POLL = 500
"""Records of a portion."""


def _events(settings: Settings) -> list[Event]:
    contracts = Contracts.load(namespace=settings.namespace)
    wire = Wire(
        "collect", contracts, Codec(contracts, schema_ids(settings.registry, contracts)), RECORDS
    )
    topics = [contracts.topic_of(each).name for each in RECORDS]
    decoded = (wire.decode(each) for each in read_all(settings.kafka_client, topics))
    return [event_of(each) for each in decoded if isinstance(each, Decoded)]


def _entered(events: list[Event], sealing: Sealing, folder: Path) -> tuple[float, float, int]:
    """CPU and time in microseconds a record, and the bytes of the file."""
    file = folder / "manifold.db"
    url = f"sqlite:///{file}"
    migrate(url)
    store = Store.connect(url, sealing)
    store.check_schema()
    cpu, began = time.process_time(), time.perf_counter()
    for start in range(0, len(events), _POLL):
        store.append("collect-0", events[start : start + _POLL])
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    store.close()
    return cpu * 1e6 / len(events), seconds * 1e6 / len(events), file.stat().st_size


def main() -> int:
    """Print the medians of both, and their ratio."""
    parser = argparse.ArgumentParser(
        prog="bench.sealing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="address of the broker")
    parser.add_argument("--turns", type=int, default=15, help="of each")
    given = parser.parse_args()
    events = _events(Settings.load(kafka={"bootstrap.servers": given.bootstrap}))
    if not events:
        print("there are no records: run a pipeline there first, and name its MANIFOLD_NAMESPACE")
        return 1
    found: dict[bool, list[tuple[float, float, int]]] = {False: [], True: []}
    with tempfile.TemporaryDirectory(prefix="manifold-sealing-") as folder:
        keys = Path(folder) / "keys.json"
        keyring.read_or_made(keys)
        for turn in range(2 * given.turns):
            # Whoever comes first has the colder machine: that changes with each turn.
            sealed = turn % 4 in (1, 2)
            with tempfile.TemporaryDirectory(dir=folder) as fresh:
                sealing = Sealing(AtRest(keys, PURPOSE), ["all"]) if sealed else PLAIN
                found[sealed].append(_entered(events, sealing, Path(fresh)))
    print(f"{len(events):,} records, {given.turns} turns of each, medians")
    for number, (what, unit) in enumerate(
        (("CPU", "µs a record"), ("time", "µs a record"), ("file", "bytes"))
    ):
        plain, closed = (
            statistics.median(each[number] for each in found[on]) for on in (False, True)
        )
        print(f"{what}: {plain:,.1f} {unit}, sealed {closed:,.1f}: {closed / plain:.2f} ×")
    return 0


if __name__ == "__main__":
    sys.exit(main())
