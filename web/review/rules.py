"""An invoice held against the rules while somebody types: those that validation judges by."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from threading import Lock

from connectors.browse import read_all
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.policy_topic import PolicyTopic
from connectors.reference import ReferenceTable
from operators.candidate import IN_FORCE
from operators.invoice import Invoice
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Violation
from operators.time import Instant, isoformat
from operators.validation import judge

_KEPT = 60.0
"""Seconds after which policy and rates are read anew."""


class Rules:
    """The rules of the policy in force, read when they are needed."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._policies = PolicyTopic(kafka, contracts, codec)
        self._topic = contracts.topic_of(ReferenceTaxRate).name
        self._decode = codec.decoder(ReferenceTaxRate)
        self._lock = Lock()
        self._read_at = -_KEPT
        self._policy: ReferencePolicy | None = None
        self._rates = ReferenceTable(self._topic, self._decode)

    def broken(self, invoice: Invoice, now: Instant) -> Sequence[Violation] | None:
        """What is wrong with an invoice, worst first; None while there is no policy."""
        policy, rates = self._in_force()
        if policy is None:
            return None
        today = date.fromisoformat(isoformat(now)[:10])
        return judge(invoice, policy, rates, today).violations

    def _in_force(self) -> tuple[ReferencePolicy | None, ReferenceTable[ReferenceTaxRate]]:
        with self._lock:
            if time.monotonic() - self._read_at > _KEPT:
                published = self._policies.published().get(IN_FORCE)
                rates = ReferenceTable(self._topic, self._decode)
                for each in read_all(self._kafka, [self._topic]):
                    rates.apply(each.key or b"", each.value)
                self._policy = None if published is None else published.policy
                self._rates = rates
                self._read_at = time.monotonic()
            return self._policy, self._rates
