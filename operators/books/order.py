"""The books of one order, kept twice: what its table said, and what its requests hold.

>>> from operators.result import Source
>>> where = Source("t", 0, 0)
>>> order = OrderBooks()
>>> order.entered({"10": (5, 0)}, where, 1)
>>> order.moved({"10": [Move(reserved=5)]}, ("R1",), where, 1)
>>> order.difference() is None, order.total("10")
(True, 5)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from operators.inventory.state import Sums
from operators.money import Amount, render
from operators.result import Source
from operators.time import Instant


class Move(NamedTuple):
    """What one commit changed on an order line."""

    reserved: Amount = 0
    """Added to what is reserved."""
    confirmed: Amount = 0
    """Added to what is confirmed."""
    given_back: Amount = 0
    """Given back of what is confirmed, as far as there is something."""


class Entry(NamedTuple):
    """What the table said at a commit."""

    sums: Mapping[str, Sums]
    where: Source
    at: Instant


class Difference(NamedTuple):
    """Where the table left what the requests hold."""

    message: str
    order_line: str | None
    request_ids: tuple[str, ...]
    sources: tuple[Source, ...]
    """First what came last."""


class _State(NamedTuple):
    """What the requests held after a commit that the table has not been found to follow."""

    held: dict[str, "_Held"]
    where: Source
    at: Instant
    request_ids: tuple[str, ...]


class _Held(NamedTuple):
    """What requests hold of an order line.

    What credit notes give back depends on the order within an epoch when it is more than there
    is: then what is confirmed lies between two bounds, until the table says where. The order of
    the changelog is nearly always the one.
    """

    reserved: Amount = 0
    least: Amount = 0
    most: Amount = 0
    likely: Amount = 0

    def moved(self, by: Sequence[Move]) -> "_Held":
        confirmed, given_back = sum(each.confirmed for each in by), sum(each[2] for each in by)
        likely = self.likely
        for each in by:
            likely = max(0, likely + each.confirmed - each.given_back)
        return _Held(
            self.reserved + sum(each.reserved for each in by),
            max(0, self.least + confirmed - given_back),
            max(0, self.most - given_back) + confirmed,
            likely,
        )

    def fits(self, sums: Sums) -> bool:
        return self.reserved == sums[0] and self.least <= sums[1] <= self.most

    def __str__(self) -> str:
        confirmed = render(self.least, 0)
        if self.least != self.most:
            confirmed = f"{confirmed} to {render(self.most, 0)}"
        return f"{render(self.reserved, 0)} reserved and {confirmed} confirmed"


_NOTHING = _Held()


class OrderBooks:
    """One order of one partition."""

    def __init__(self) -> None:
        """Nothing is booked."""
        self.entries: list[Entry] = []
        """What the table went through; the same said again is left out."""
        self._next = 0
        """The first entry that the requests have not been found to hold."""
        self._held: dict[str, _Held] = {}
        self._ahead: list[_State] = []

    def entered(self, sums: Mapping[str, Sums], where: Source, at: Instant) -> None:
        """The table says something; all of it comes before anything is moved."""
        before = self.entries[-1].sums if self.entries else {}
        if sums != before:
            self.entries.append(Entry(sums, where, at))

    def moved(
        self,
        by: Mapping[str, Sequence[Move]],
        request_ids: tuple[str, ...],
        where: Source,
        at: Instant,
    ) -> None:
        """Requests hold something else from a commit on; of each line, in the order it came."""
        before, self._held = self._held, dict(self._held)
        for line, moves in by.items():
            self._held[line] = self._held.get(line, _NOTHING).moved(moves)
        if self._held == before:
            return
        now = self.entries[self._next - 1].sums if self._next and not self._ahead else {}
        then = self.entries[self._next].sums if self._next < len(self.entries) else None
        if then is not None and self._fits(then) and (self._likely(then) or not self._likely(now)):
            self._next += 1
            self._ahead.clear()
            self._settle(then)
        elif not self._ahead and self._fits(now):
            self._settle(now)
        else:
            self._ahead.append(_State(dict(self._held), where, at, request_ids))

    def _settle(self, sums: Mapping[str, Sums]) -> None:
        self._held = {line: _Held(r, c, c, c) for line, (r, c) in sums.items()}

    def _likely(self, sums: Mapping[str, Sums]) -> bool:
        return all(
            self._held.get(line, _NOTHING).likely == sums.get(line, (0, 0))[1]
            for line in {*sums, *self._held}
        )

    def total(self, line: str) -> Amount:
        """What requests hold of an order line at the least, reserved and confirmed."""
        held = self._held.get(line, _NOTHING)
        return held.reserved + held.least

    def reserved(self) -> Iterator[tuple[str, Amount]]:
        """What the table says last that is reserved of each order line."""
        sums = self.entries[-1].sums if self.entries else {}
        return ((line, reserved) for line, (reserved, _) in sums.items() if reserved)

    def lines(self) -> Iterable[str]:
        """Every order line on which something was ever booked."""
        return {line for entry in self.entries for line in entry.sums} | set(self._held)

    def difference(self) -> Difference | None:
        """Where the table says something that the requests never held, or has fallen behind them.

        What it said between may be gone: a compacted topic keeps the last word only.
        """
        if self._next < len(self.entries):
            return self._unexplained(self.entries[self._next])
        last = self.entries[-1].sums if self.entries else {}
        if not self._ahead or self._fits(last):
            return None
        state = self._ahead[0]
        sources = (state.where, *(entry.where for entry in self.entries[-1:]))
        return self._said(last, state.held, state.request_ids, sources, "stayed at")

    def _unexplained(self, entry: Entry) -> Difference:
        if self._ahead:
            state = min(self._ahead, key=lambda each: abs(each.at - entry.at))
            sources = (entry.where, state.where)
            return self._said(entry.sums, state.held, state.request_ids, sources, "says")
        return self._said(entry.sums, self._held, (), (entry.where,), "says")

    def _said(
        self,
        sums: Mapping[str, Sums],
        held: Mapping[str, _Held],
        request_ids: tuple[str, ...],
        sources: tuple[Source, ...],
        verb: str,
    ) -> Difference:
        line = next(
            (
                line
                for line in sorted({*sums, *held})
                if not held.get(line, _NOTHING).fits(sums.get(line, (0, 0)))
            ),
            None,
        )
        reserved, confirmed = sums.get(line or "", (0, 0))
        return Difference(
            f"the table {verb} {render(reserved, 0)} reserved and {render(confirmed, 0)} "
            f"confirmed, the requests hold {held.get(line or '', _NOTHING)}",
            line,
            request_ids,
            sources,
        )

    def _fits(self, sums: Mapping[str, Sums]) -> bool:
        return all(
            self._held.get(line, _NOTHING).fits(sums.get(line, (0, 0)))
            for line in {*sums, *self._held}
        )
