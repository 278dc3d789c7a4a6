"""An invoice held against the rules while somebody types: those that validation judges by."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from threading import Event, Lock

from confluent_kafka import KafkaException

from connectors.browse import read_all
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from connectors.policy_topic import PolicyTopic
from connectors.reference import ReferenceTable
from operators.candidate import IN_FORCE
from operators.invoice import Invoice
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Violation
from operators.time import Instant, isoformat
from operators.validation import judge

log = Log(__name__)

_KEPT = 60.0
"""Seconds after which policy and rates are read anew."""
_PAUSE = 15.0
"""The same after they could not be: those known before stay in force until then."""
_FIRST = 2.0
"""Seconds for which others wait when they are read for the first time."""


class Rules:
    """The rules of the policy in force, read when they are needed."""

    def __init__(
        self,
        kafka: Mapping[str, str],
        contracts: Contracts,
        codec: Codec,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect nothing yet."""
        self._clock = clock
        self._kafka = kafka
        self._policies = PolicyTopic(kafka, contracts, codec)
        self._topic = contracts.topic_of(ReferenceTaxRate).name
        self._decode = codec.decoder(ReferenceTaxRate)
        self._lock = Lock()
        self._tried = Event()
        self._reading = False
        self._due_at = 0.0
        self._policy: ReferencePolicy | None = None
        self._rates = ReferenceTable(self._topic, self._decode)

    def broken(self, invoice: Invoice, now: Instant) -> Sequence[Violation] | None:
        """What is wrong with an invoice, worst first; None while no policy is known."""
        policy, rates = self._in_force()
        if policy is None:
            return None
        today = date.fromisoformat(isoformat(now)[:10])
        return judge(invoice, policy, rates, today).violations

    def _in_force(self) -> tuple[ReferencePolicy | None, ReferenceTable[ReferenceTaxRate]]:
        with self._lock:
            due = self._clock() >= self._due_at and not self._reading
            self._reading = self._reading or due
        if due:
            # Beside the lock: whoever else asks meanwhile goes by what is known.
            self._read()
        elif not self._tried.is_set():
            self._tried.wait(_FIRST)
        with self._lock:
            return self._policy, self._rates

    def _read(self) -> None:
        pause = _PAUSE
        try:
            published = self._policies.published().get(IN_FORCE)
            rates = ReferenceTable(self._topic, self._decode)
            for each in read_all(self._kafka, [self._topic]):
                rates.apply(each.key or b"", each.value)
            with self._lock:
                self._policy = None if published is None else published.policy
                self._rates = rates
            pause = _KEPT
        except (Unavailable, Misconfigured, KafkaException) as error:
            log.warning("the rules in force cannot be read", why=str(error))
        finally:
            with self._lock:
                self._reading = False
                self._due_at = self._clock() + pause
            self._tried.set()
