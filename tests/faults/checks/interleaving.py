"""The one order the topics leave open: how inventory's two inputs of a partition were mixed.

Uploads come in the order of their topic, settlements in that of theirs. Which came first is up
to the polls, and only the flow's own changelog of requests tells: an epoch's page holds the
requests it changed in the order of their last change. So the changelog is
followed, and at each entry the upload or settlement is applied that turns what is known of the
request into what the entry says:

- a new moment of settlement: the next settlement of the request,
- anything else new: uploads in the order of their partition, up to the request's own,
- nothing new: the request was only moved to the table's end, or was uploaded twice.

A sweep moves open requests behind the settlement that caused it, those judged earlier in the
same epoch among them. Such an upload is applied too late here, which matters only when the
settlement released something on the same order. So an upload whose answer differs is tried once
more as if the releases since the epoch began had come after it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from connectors.pages import entries_of
from connectors.stream import Decoded, Received
from operators import inventory
from operators.decision import InvoiceSettled
from operators.inventory import OrderReservations, RequestClaims
from operators.judgement import Judgement
from operators.money import Amount
from operators.result import InventoryDetails
from operators.table import Table
from operators.upload import InvoiceUploaded

Upload = Decoded[InvoiceUploaded]
Judge = Callable[[Upload], Judgement[InventoryDetails]]
Accepts = Callable[[Upload, Judgement[InventoryDetails]], bool]

_decode = msgspec.msgpack.Decoder(RequestClaims).decode
_NOBODY = RequestClaims()
_NOTHING = OrderReservations()


class Interleaving:
    """Applies one partition's uploads and settlements in the order they were applied before."""

    def __init__(
        self,
        uploads: Iterator[Upload],
        settlements: Iterable[InvoiceSettled],
        judge: Judge,
        accepts: Accepts,
        reservations: Table[OrderReservations],
        requests: Table[RequestClaims],
    ) -> None:
        """`judge` works on the tables; `accepts` says whether an answer is the recorded one."""
        self._uploads = uploads
        self._settlements: dict[str, deque[InvoiceSettled]] = defaultdict(deque)
        for settled in settlements:
            self._settlements[settled.request_id].append(settled)
        self._judge = judge
        self._accepts = accepts
        self._reservations = reservations
        self._requests = requests
        self._judged: set[tuple[str, int]] = set()
        self._released: list[tuple[str, dict[str, Amount]]] = []
        """Order, and by how much each of its lines became free, since the epoch began."""
        self.problems: list[str] = []

    def follow(self, changelog: Iterable[Received]) -> None:
        """Apply everything, in the order the changelog of requests tells."""
        expected = -1
        for record in changelog:
            if record.offset != expected:
                self._released.clear()
            expected = record.offset + 1
            for request_id, entry in entries_of(record.key or b"", record.value):
                if entry is not None:
                    self._apply(request_id, _decode(entry), record)
        for upload in self._uploads:
            self._take(upload)
        for waiting in self._settlements.values():
            for settled in waiting:
                self._settle(settled)

    def _apply(self, request_id: str, entry: RequestClaims, record: Received) -> None:
        while (known := self._requests.get(request_id) or _NOBODY) != entry:
            waiting = self._settlements.get(request_id)
            if waiting and entry.settled_at != known.settled_at:
                self._settle(waiting.popleft())
            elif not self._take_up_to(request_id, entry):
                self.problems.append(
                    f"request {request_id}: its entry at {record.topic}[{record.partition}] "
                    f"offset {record.offset} does not follow from uploads and settlements"
                )
                return

    def _take_up_to(self, request_id: str, entry: RequestClaims) -> bool:
        """Judge uploads until one of the request's has been; whether it was awaited at all."""
        judged = {claim.attempt for claim in entry.claims if claim.status}
        if all((request_id, attempt) in self._judged for attempt in judged):
            return False
        for upload in self._uploads:
            self._take(upload)
            if upload.record.request_id == request_id:
                return True
        return False

    def _take(self, upload: Upload) -> None:
        record = upload.record
        self._judged.add((record.request_id, record.attempt))
        invoice = record.invoice
        order = (invoice.purchase_order or "").strip() if invoice else ""
        booked = self._reservations.get(order)
        known = self._requests.get(record.request_id)
        judgement = self._judge(upload)
        taken_back: list[dict[str, Amount]] = []
        for where, free in reversed(self._released):
            if self._accepts(upload, judgement):
                break
            if where != order:
                continue
            taken_back.append(free)
            self._put_back(order, booked, record.request_id, known)
            for lines in taken_back:
                self._change(order, lines, 1)
            judgement = self._judge(upload)
        for lines in taken_back:
            self._change(order, lines, -1)
        if not self._accepts(upload, judgement):
            self.problems.append(
                f"request {record.request_id} attempt {record.attempt}: its InventoryResult is "
                f"not what the operator answers ({judgement.status})"
            )

    def _put_back(
        self,
        order: str,
        booked: OrderReservations | None,
        request_id: str,
        known: RequestClaims | None,
    ) -> None:
        if booked is None:
            self._reservations.delete(order)
        else:
            self._reservations.put(order, booked)
        if known is None:
            self._requests.delete(request_id)
        else:
            self._requests.put(request_id, known)

    def _settle(self, settled: InvoiceSettled) -> None:
        claim = (self._requests.get(settled.request_id) or _NOBODY).of(settled.attempt)
        order = claim.purchase_order if claim is not None else None
        before = (self._reservations.get(order) if order else None) or _NOTHING
        inventory.settle(settled, reservations=self._reservations, requests=self._requests)
        if order is None or settled.outcome == "APPROVED":
            return
        after = self._reservations.get(order) or _NOTHING
        free = {line: sums[0] - after.on(line)[0] for line, sums in before.lines.items()}
        self._released.append((order, {line: amount for line, amount in free.items() if amount}))

    def _change(self, order: str, lines: dict[str, Amount], sign: int) -> None:
        booked = self._reservations.get(order) or _NOTHING
        after = booked.changed((line, (sign * amount, 0)) for line, amount in lines.items())
        if after.lines:
            self._reservations.put(order, after)
        else:
            self._reservations.delete(order)
