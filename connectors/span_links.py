"""Which other spans a decision's span follows from: those of the answers it rests on.

A record names one span before it, and a decision has four. The others need not be remembered: a
branch's answer has the span that its envelope derives from the place of the upload, and the answer
at hand says which upload that was. So it costs what is told, and nothing else.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.envelope import SOURCE, derived_span
from connectors.stream import Received
from operators.decision import Branch, InvoiceDecision
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    Source,
    ValidationResult,
)
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

_RESULTS: Mapping[Branch, type[Result]] = {
    "VALIDATION": ValidationResult,
    "INVENTORY": InventoryResult,
    "FRAUD": FraudResult,
    "PRICING": PricingResult,
}


class AnswerLinks:
    """Finds the spans of a decision's answers."""

    def __init__(self, group: str, contracts: Contracts, codec: Codec) -> None:
        """`group`: the one that decides."""
        self._group = group
        namespace = contracts.namespace
        topics = {branch: contracts.topic_of(kind).name for branch, kind in _RESULTS.items()}
        self._kinds = {branch: name.removeprefix(namespace) for branch, name in topics.items()}
        self._writers = {
            topic: f"/manifold/{namespace}{branch.lower()}".encode()
            for branch, topic in topics.items()
        }
        self._groups = {branch: f"{namespace}{branch.lower()}" for branch in _RESULTS}
        self._decoders = {topics[branch]: codec.decoder(kind) for branch, kind in _RESULTS.items()}
        self._uploads = {
            contracts.topic_of(kind).name for kind in (InvoiceUploaded, InvoiceOcrCompleted)
        }

    def __call__(self, cause: Received, record: Struct | None) -> tuple[int, ...]:
        """The spans of the answers that a decision rests on; none of anything else.

        None either of what people have said: they have seen a decision. An answer to an upload that
        was sent again for its branch alone has another span than is found here.
        """
        if not isinstance(record, InvoiceDecision):
            return ()
        upload, apart = self._upload(cause)
        if upload is None:
            return ()
        return tuple(
            derived_span(
                self._groups[answer.branch] if apart else self._group,
                self._kinds[answer.branch],
                upload,
            )
            for answer in record.branches
            if answer.branch in self._kinds
        )

    def _upload(self, cause: Received) -> tuple[Source | None, bool]:
        """The upload that is decided on, and whether each branch answers in its own group."""
        if cause.topic in self._uploads:
            return cause.source, False
        decode: Any = self._decoders.get(cause.topic)
        if decode is None or cause.value is None:
            return None, False
        if cause.header(SOURCE) != self._writers[cause.topic]:
            # Whoever wrote it made its span in another way.
            return None, False
        try:
            return decode(cause.value).source, True
        except Undecodable:
            return None, False
