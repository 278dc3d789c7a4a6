"""Sending synthetic invoices through everything, and waiting for their decisions."""

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from connectors import catalogue
from connectors.browse import every_partition, follow, partitions_of
from connectors.clock import now
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.errors import Unavailable
from connectors.logs import Log
from connectors.measures import Measures
from connectors.offsets import end_offsets
from connectors.publish import Publisher
from operators import probe
from operators.decision import InvoiceDecision
from operators.result import Source
from operators.upload import InvoiceUploaded

log = Log(__name__)

Outcome: TypeAlias = Literal["correct", "wrong", "timeout", "not_sent"]


class Probed(Struct, frozen=True):
    """What became of one synthetic invoice."""

    request_id: str
    outcome: Outcome
    seconds: float
    """From sending it to reading its decision, or until that was given up."""
    decision: InvoiceDecision | None = None


class Prober:
    """Sends synthetic invoices, one after the other. As a context manager it closes itself."""

    def __init__(
        self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec, measures: Measures
    ) -> None:
        """Read decisions from where they end now. Raises TopicsMissing and BrokerAway."""
        self._measures = measures
        measures.begin(catalogue.PROBES)
        self._publisher = Publisher(kafka, contracts, codec, "probe")
        topic = contracts.topic_of(InvoiceDecision).name
        partitions_of(kafka, [contracts.topic_of(InvoiceUploaded).name])
        self._starts = end_offsets(kafka, every_partition(partitions_of(kafka, [topic])))
        self._kafka = kafka
        self._decode = codec.decoder(InvoiceDecision)
        self._prefix = f"probe-{secrets.token_hex(6)}-"
        self._number = 0
        self._came: dict[str, InvoiceDecision] = {}
        self._something = threading.Condition()
        self._closed = threading.Event()
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._read, name="decisions", daemon=True)
        self._thread.start()

    def probe(self, timeout: float) -> Probed:
        """Send one and wait so many seconds for its decision. Raises what reading them raises."""
        self._number += 1
        request_id = f"{self._prefix}{self._number}"
        began = time.monotonic()
        written: list[Source] = []
        try:
            self._publisher.send(probe.synthetic(request_id, now()), on_written=written.append)
            self._publisher.flush()
        except Unavailable as error:
            # It may be another that was given up: one before it.
            if not written:
                log.warning("a synthetic invoice could not be sent", because=str(error))
                return self._told(Probed(request_id, "not_sent", time.monotonic() - began))
        with self._something:
            self._something.wait_for(
                lambda: request_id in self._came or self._failed is not None,
                max(0.0, began + timeout - time.monotonic()),
            )
            decision = self._came.pop(request_id, None)
            self._came.clear()
        if self._failed is not None:
            raise self._failed
        outcome: Outcome = "timeout" if decision is None else probe.verdict(decision)
        return self._told(Probed(request_id, outcome, time.monotonic() - began, decision))

    def _told(self, probed: Probed) -> Probed:
        self._measures.add(catalogue.PROBES, 1, probed.outcome)
        if probed.decision is not None:
            self._measures.observe(catalogue.PROBE_LATENCY, (probed.seconds,))
        if probed.outcome == "correct":
            self._measures.set(catalogue.PROBE_LAST_SUCCESS, time.time())
        return probed

    def _read(self) -> None:
        try:
            for received in follow(self._kafka, self._starts, self._closed.is_set):
                if not (received.key or b"").startswith(self._prefix.encode()):
                    continue
                decision = self._decode(received.value or b"")
                if decision.revision == 1:
                    with self._something:
                        self._came[decision.request_id] = decision
                        self._something.notify_all()
        except Exception as error:
            with self._something:
                self._failed = error
                self._something.notify_all()

    def close(self) -> None:
        """Stop reading."""
        self._closed.set()
        self._thread.join(10)

    def __enter__(self) -> "Prober":
        """Reading."""
        return self

    def __exit__(self, *_: object) -> None:
        """No longer."""
        self.close()
