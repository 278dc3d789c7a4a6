"""What each attempt was answered, and how it was settled: the vouchers the books are held against.

>>> answers = Answers()
>>> answers.settled("R1", 1, "REJECTED", Source("invoice.settled", 0, 7))
>>> answers.settled("R1", 1, "APPROVED", Source("invoice.settled", 0, 9))
>>> answers.settlement("R1", 1)
('REJECTED', Source(topic='invoice.settled', partition=0, offset=7))
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from operators.decision import Outcome
from operators.money import Amount
from operators.result import InventoryDetails, Source


class Answered(Struct, frozen=True, gc=False):
    """An answer of inventory to one attempt, as far as it books something."""

    purchase_order: str | None
    lines: tuple[tuple[str | None, Amount, Amount], ...]
    """Of each invoice line: order line, quantity reserved, quantity that was available."""
    upload: Source
    """The upload it answers."""
    result: Source
    """The answer."""

    @property
    def reserves(self) -> bool:
        """Whether anything was reserved."""
        return any(reserved for _, reserved, _ in self.lines)

    def same_as(self, other: "Answered") -> bool:
        """Whether it says the same, wherever it stands."""
        return (self.purchase_order, self.lines) == (other.purchase_order, other.lines)


class Answers:
    """Answers, settlements and credit notes as the topics have them, in any order of topics."""

    def __init__(self) -> None:
        """Nothing has been said."""
        self._first: dict[tuple[str, int], Answered] = {}
        self._otherwise: dict[str, list[tuple[int, Answered]]] = defaultdict(list)
        """Of each request, answers to an attempt that say something else than the first."""
        self._settled: dict[tuple[str, int], tuple[Outcome, Source]] = {}
        self._credits: set[tuple[str, int, int]] = set()
        self.results = 0
        self.settlements = 0
        self.answers_whole = True
        """Whether every answer ever given is here; older ones may have expired."""
        self.settlements_whole = True
        """The same of settlements."""
        self.uploads_whole = True
        """The same of uploads."""

    def answered(
        self,
        request_id: str,
        attempt: int,
        status: str,
        details: InventoryDetails,
        upload: Source,
        result: Source,
    ) -> None:
        """An answer; one that could not be found (UNKNOWN) books nothing."""
        self.results += 1
        if status == "UNKNOWN":
            return
        lines = tuple((line.order_line, line.reserved, line.available) for line in details.lines)
        found = Answered(details.purchase_order, lines, upload, result)
        first = self._first.setdefault((request_id, attempt), found)
        if not first.same_as(found):
            self._otherwise[request_id].append((attempt, found))

    def settled(self, request_id: str, attempt: int, outcome: Outcome, where: Source) -> None:
        """A settlement; only the first of an attempt counts."""
        self.settlements += 1
        if outcome != "UNKNOWN":
            self._settled.setdefault((request_id, attempt), (outcome, where))

    def credit_note(self, upload: Source) -> None:
        """An upload is a credit note."""
        self._credits.add((upload.topic, upload.partition, upload.offset))

    def first(self, request_id: str, attempt: int) -> Answered | None:
        """The first answer to an attempt."""
        return self._first.get((request_id, attempt))

    def otherwise(self, request_id: str) -> list[tuple[int, Answered]]:
        """Later answers to attempts of a request that say something else than the first."""
        return self._otherwise.get(request_id, [])

    def doubtful(self) -> Iterator[str]:
        """Requests of which an attempt was answered in different ways."""
        return iter(self._otherwise)

    def settlement(self, request_id: str, attempt: int) -> tuple[Outcome, Source] | None:
        """How an attempt was settled first, and where that stands."""
        return self._settled.get((request_id, attempt))

    def is_credit_note(self, answered: Answered) -> bool:
        """Whether the upload that was answered is a credit note."""
        upload = answered.upload
        return (upload.topic, upload.partition, upload.offset) in self._credits

    def all(self) -> Iterator[tuple[str, int, Answered]]:
        """Every first answer with its request and attempt."""
        return ((request, attempt, each) for (request, attempt), each in self._first.items())
