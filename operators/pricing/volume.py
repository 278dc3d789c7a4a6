"""What has been bought in a period, and which request added what to it.

Two tables say the same twice: `PeriodVolume` holds the sum of a contract's period, `RequestVolumes`
what each request added to it and was answered. A request counts once: with its latest attempt,
unless that was rejected; then with the last one approved, if there is one.

>>> from operators.money import ONE
>>> steps = (VolumeStep(100 * ONE, 2 * ONE), VolumeStep(200 * ONE, 5 * ONE))
>>> earned(steps, 90 * ONE, 210 * ONE) == 100 * ONE * 2 * ONE + 10 * ONE * 5 * ONE
True
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.money import Amount
from operators.pricing.contracts import escaped
from operators.reference import ReferenceContract, VolumeStep
from operators.table import Table

ATTEMPTS = 8
"""Attempts of one request that are remembered."""
LATE_DAYS = 92
"""How long after its end a period still takes invoices."""

Digits: TypeAlias = str
"""An amount as decimal digits: MessagePack's integers end before contracts' amounts do."""


class PeriodVolume(Struct, frozen=True, array_like=True, gc=False):
    """What has been bought in one period of a contract."""

    total: Digits
    until: int
    """Ordinal of the period's last day; 0 when it never ends."""


class Counted(Struct, frozen=True, array_like=True, gc=False):
    """What an attempt adds to one period."""

    key: str
    volume: Digits
    """Negative for what was returned."""
    before: Digits
    """What had been bought by others when it was judged."""
    until: int


Outcome: TypeAlias = Literal["open", "approved", "rejected"]


class Claim(Struct, frozen=True, array_like=True, gc=False):
    """The answer to one attempt, and what it adds."""

    attempt: int
    outcome: Outcome = "open"
    answer: str = ""
    """The judgement as JSON; empty when it was settled before it was judged."""
    counted: tuple[Counted, ...] = ()


class RequestVolumes(Struct, frozen=True, array_like=True, gc=False):
    """What one request was answered. Never more than `ATTEMPTS` attempts."""

    claims: tuple[Claim, ...] = ()
    """One for each attempt, ascending."""
    settled_at: int = 0
    """When it was last settled; 0 while it is open. Settled ones are forgotten in time."""

    @property
    def open(self) -> bool:
        """Whether something counts whose settlement is still to come."""
        counting = self.counting()
        return counting is not None and counting.outcome == "open"

    def of(self, attempt: int) -> Claim | None:
        """The claim of an attempt."""
        return next((claim for claim in self.claims if claim.attempt == attempt), None)

    def counting(self) -> Claim | None:
        """The attempt that counts: the latest unless rejected, else the last approved one."""
        judged = [claim for claim in self.claims if claim.answer]
        if judged and judged[-1].outcome != "rejected":
            return judged[-1]
        return next((claim for claim in reversed(judged) if claim.outcome == "approved"), None)

    def replaced(self, claim: Claim, settled_at: int | None = None) -> "RequestVolumes":
        """The same with one attempt's claim set; the oldest that does not count goes first."""
        claims = [other for other in self.claims if other.attempt != claim.attempt]
        claims.append(claim)
        claims.sort(key=lambda each: each.attempt)
        at = self.settled_at if settled_at is None else settled_at
        made = RequestVolumes(tuple(claims), at)
        if len(claims) <= ATTEMPTS:
            return made
        counting = made.counting()
        claims.remove(next(each for each in claims if each is not counting))
        return RequestVolumes(tuple(claims), at)


class Period(Struct, frozen=True, gc=False):
    """A period of a contract."""

    key: str
    name: str
    """As people call it: 2026, 2026-Q1, 2026-03."""
    first: int
    """Ordinal of its first day; 0 when it has none."""
    last: int
    """Ordinal of its last day; 0 when it never ends."""

    def open_on(self, today: date, future_days: int) -> bool:
        """Whether it has begun, and has not ended too long ago."""
        now = today.toordinal()
        return self.first <= now + future_days and (not self.last or now <= self.last + LATE_DAYS)


def period_of(contract: ReferenceContract, day: date) -> Period | None:
    """The period of a contract's discount that a day is in; None when it has no such discount."""
    agreed = contract.period_discount
    if agreed is None or agreed.measure == "UNKNOWN":
        return None
    year = day.year
    match agreed.period:
        case "MONTH":
            name, first, months = f"{year:04d}-{day.month:02d}", date(year, day.month, 1), 1
        case "QUARTER":
            quarter = (day.month - 1) // 3
            name, first, months = f"{year:04d}-Q{quarter + 1}", date(year, 3 * quarter + 1, 1), 3
        case "YEAR":
            name, first, months = f"{year:04d}", date(year, 1, 1), 12
        case "CONTRACT":
            since, until = contract.valid_from, contract.valid_to
            name = f"{since or ''}..{until or ''}"
            return Period(
                _key(contract, name),
                name,
                since.toordinal() if since else 0,
                until.toordinal() if until else 0,
            )
        case _:
            return None
    return Period(_key(contract, name), name, first.toordinal(), _last_day(first, months))


def _key(contract: ReferenceContract, name: str) -> str:
    """Net amounts add up over a contract's items, quantities of one item."""
    agreed = contract.period_discount
    if agreed is not None and agreed.measure == "NET":
        what = ("NET", contract.currency)
    else:
        what = (contract.item_id, contract.unit)
    return "/".join(map(escaped, (contract.vendor_id, contract.contract_id, *what, name)))


def _last_day(first: date, months: int) -> int:
    after = first.month - 1 + months
    year, month = first.year + after // 12, after % 12 + 1
    if year > date.max.year:
        return date.max.toordinal()
    return date(year, month, 1).toordinal() - 1


def earned(steps: Sequence[VolumeStep], start: Amount, end: Amount) -> int:
    """Sum of each part of a volume between two totals times the percentage that it earns.

    Divided by the volume it is the percentage for the whole. Below zero nothing is earned: that
    is what was returned of an earlier period.
    """
    low, high = max(0, min(start, end)), max(0, max(start, end))
    sums = 0
    steps = sorted(steps, key=_above)
    for place, step in enumerate(steps):
        upto = steps[place + 1].above if place + 1 < len(steps) else high
        sums += max(0, min(high, upto) - max(low, step.above)) * step.percent
    return sums


def _above(step: VolumeStep) -> Amount:
    return step.above


class Running:
    """The volumes of periods while one invoice is judged, without what its request counts."""

    def __init__(self, volumes: Table[PeriodVolume], known: RequestVolumes | None) -> None:
        """`known`: what the request was answered before."""
        self._volumes = volumes
        self._own = _counted(known) if known is not None else ()
        self._added: dict[str, Counted] = {}

    def before(self, key: str) -> Amount:
        """What has been bought, the invoice's earlier lines included."""
        added = self._added.get(key)
        if added is not None:
            return int(added.before) + int(added.volume)
        kept = self._volumes.get(key)
        own = sum(int(each.volume) for each in self._own if each.key == key)
        return (int(kept.total) if kept is not None else 0) - own

    def add(self, period: Period, volume: Amount) -> None:
        """Count a line."""
        key = period.key
        added = self._added.get(key)
        if added is None:
            new = Counted(key, str(volume), str(self.before(key)), period.last)
        else:
            new = Counted(key, str(int(added.volume) + volume), added.before, period.last)
        self._added[key] = new

    def counted(self) -> tuple[Counted, ...]:
        """What the invoice adds, by period."""
        return tuple(self._added.values())


def remember(
    request_id: str,
    known: RequestVolumes,
    after: RequestVolumes,
    volumes: Table[PeriodVolume],
    requests: Table[RequestVolumes],
) -> None:
    """Put what is known of a request, and move the volumes along with what counts of it."""
    was, now = _counted(known), _counted(after)
    if was != now:
        _change(was, -1, volumes)
        _change(now, 1, volumes)
    requests.put(request_id, after)


def _counted(known: RequestVolumes) -> tuple[Counted, ...]:
    claim = known.counting()
    return claim.counted if claim is not None else ()


def _change(counted: Sequence[Counted], sign: int, volumes: Table[PeriodVolume]) -> None:
    for each in counted:
        kept = volumes.get(each.key)
        total = (int(kept.total) if kept is not None else 0) + sign * int(each.volume)
        if total:
            volumes.put(each.key, PeriodVolume(str(total), each.until))
        else:
            volumes.delete(each.key)
