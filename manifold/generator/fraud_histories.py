"""A year of invoices of vendors of all sizes, among them frauds that are known.

Made to measure the fraud branch: vendors differ in how much, how often and how regularly they
bill, and the clean invoices hold what false alarms come from (batches at the end of a month, two
deliveries on one day, numbers that begin anew with the year, new vendors, dear exceptions).
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from manifold.generator.countries import COUNTRIES, company_name, iban, vat_id
from operators.invoice import Account, Address, Invoice, Party, Payment, Totals
from operators.money import CENT, ONE, Amount
from operators.reference import ReferenceVendor
from operators.time import DAY, Instant

FraudKind: TypeAlias = Literal[
    "duplicate",
    "near_duplicate",
    "split_invoices",
    "unusual_amount",
    "burst",
    "large_first_invoice",
    "account_changed",
    "account_shared",
    "just_below_limit",
    "fabricated",
]
"""What was tried."""

KINDS: tuple[FraudKind, ...] = get_args(FraudKind)

LIMIT: Amount = 10_000 * ONE
"""Approval limit that the frauds know of."""

_DAYS = 420
_BEGIN = date(2024, 11, 1)
_KNOWN = 60
"""Days after which vendors have a history, and from which on results count."""
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR = 365.25
_FRIDAY = 4
_ONCE = 0.95
_TRIES = 20_000


class Labelled(Struct, frozen=True):
    """An invoice as it came in, and what is known about it."""

    request_id: str
    vendor_id: str
    uploaded_at: Instant
    invoice: Invoice
    kind: FraudKind | None = None
    """What was tried with it; None for nothing."""
    case: int = 0
    """Invoices of one attempt have the same number; 0 is none."""
    counts: bool = True
    """False for the first weeks, in which nothing is known yet of anybody."""


class History(Struct, frozen=True):
    """All that came in, in its order, and the vendors' master data."""

    vendors: tuple[ReferenceVendor, ...]
    invoices: tuple[Labelled, ...]


class _Vendor(Struct, frozen=True):
    record: ReferenceVendor
    seller: Party
    account: str
    usual: float
    spread: float
    season: float
    peak: float
    per_day: float
    first_day: int
    any_day: bool
    batches: bool
    """Sends what a month brings on its last days."""
    yearly_numbers: bool
    fixed: bool
    """Bills the same amount again and again."""


def history(seed: int, vendors: int = 800, cases: int = 120) -> History:
    """What `vendors` vendors sent in fourteen months, `cases` frauds of each kind among it.

    The same arguments give the same history. Raises ValueError when there are too few vendors.
    """
    rng = Random(f"fraud {seed}")
    known = [_vendor(index, rng) for index in range(vendors)]
    clean = [each for vendor in known for each in _clean(vendor, rng)]
    newcomers = [_newcomer(vendors + place, rng) for place in range(cases)]
    forged = list(_forged(known, newcomers, clean, cases, rng))
    everything = sorted((*clean, *forged), key=lambda each: (each.uploaded_at, each.request_id))
    records = (vendor.record for vendor in (*known, *newcomers))
    return History(tuple(records), tuple(everything))


def _vendor(index: int, rng: Random) -> _Vendor:
    country = rng.choice(COUNTRIES)
    account = iban(country.code, rng)
    listed = rng.random()
    record = ReferenceVendor(
        vendor_id=f"F{index:05d}",
        name=company_name(country, rng),
        vat_id=vat_id(country, rng),
        country=country.code,
        ibans=() if listed < 0.1 else (account,),
    )
    address = Address(f"{country.street} 1", country.city, country.postcode, country.code)
    usual = min(60_000.0, max(30.0, math.exp(rng.gauss(6.6, 1.2))))
    fixed = rng.random() < 0.08
    return _Vendor(
        record=record,
        seller=Party(name=record.name, vat_id=record.vat_id, address=address),
        account=account,
        usual=usual,
        spread=0.0 if fixed else rng.uniform(0.15, 0.6),
        season=rng.uniform(0.0, 0.3),
        peak=rng.random() * _YEAR,
        per_day=math.exp(rng.uniform(math.log(0.5), math.log(40.0))) / 30.0,
        first_day=0 if rng.random() < 0.75 else int(rng.uniform(_KNOWN, _DAYS - 30)),
        any_day=rng.random() < 0.1,
        batches=rng.random() < 0.2,
        yearly_numbers=rng.random() < 0.5,
        fixed=fixed,
    )


def _clean(vendor: _Vendor, rng: Random) -> Iterator[Labelled]:
    sent, year = 0, 0
    waiting = 0
    for day in range(vendor.first_day, _DAYS):
        today = _BEGIN + timedelta(days=day)
        if today.weekday() > _FRIDAY and not vendor.any_day:
            continue
        waiting += _poisson(vendor.per_day * (1.0 if vendor.any_day else 1.4), rng)
        if vendor.batches and (today + timedelta(days=3)).month == today.month:
            continue
        batch = rng.uniform(8.0, 17.0)
        for place in range(waiting):
            if vendor.yearly_numbers and today.year != year:
                sent, year = 0, today.year
            sent += 1
            number = f"{today.year}-{sent:04d}" if vendor.yearly_numbers else f"RE{10_000 + sent}"
            hour = batch + place / 60 if vendor.batches else rng.uniform(7.0, 18.0)
            delay = 0 if vendor.batches else int(rng.expovariate(0.7))
            yield _sent(vendor, number, _amount(vendor, day, rng), today, day + delay, hour, rng)
        waiting = 0


def _amount(vendor: _Vendor, day: int, rng: Random) -> Amount:
    season = 1.0 + vendor.season * math.sin(2 * math.pi * (day - vendor.peak) / _YEAR)
    value = vendor.usual * math.exp(rng.gauss(0.0, vendor.spread))
    if not vendor.fixed:
        value *= season
        if rng.random() < 0.0005:
            # A dear exception that is as it should be.
            value *= rng.uniform(2.0, 6.0)
        elif rng.random() < 0.02:
            value = max(100.0, round(value, -2))
    return max(1, round(value * 100)) * CENT


def _sent(
    vendor: _Vendor,
    number: str,
    amount: Amount,
    issued: date,
    day: int,
    hour: float,
    rng: Random,
) -> Labelled:
    at = (_BEGIN.toordinal() - _EPOCH + day) * DAY + int(hour * 3_600_000) + rng.randrange(60_000)
    return Labelled(
        request_id=f"{rng.getrandbits(64):016x}",
        vendor_id=vendor.record.vendor_id,
        uploaded_at=at,
        invoice=Invoice(
            number=number,
            issue_date=issued,
            type_code="380",
            currency="EUR",
            seller=vendor.seller,
            buyer=Party(),
            payments=(Payment(means="58", account=Account(vendor.account)),),
            totals=Totals(payable=amount),
        ),
        counts=day >= _KNOWN,
    )


def _forged(
    vendors: Sequence[_Vendor],
    newcomers: Sequence[_Vendor],
    clean: Sequence[Labelled],
    cases: int,
    rng: Random,
) -> Iterator[Labelled]:
    by_vendor: dict[str, list[Labelled]] = {vendor.record.vendor_id: [] for vendor in vendors}
    for each in clean:
        by_vendor[each.vendor_id].append(each)
    numbers = count(1)
    attacked: set[str] = set()
    for kind in KINDS:
        for place in range(cases):
            case = next(numbers)
            if kind == "large_first_invoice":
                attempt = _first(newcomers[place], rng)
            else:
                attempt = _attempt(kind, vendors, by_vendor, attacked, rng)
            for made in attempt:
                yield replace(made, kind=kind, case=case, counts=True)


def _first(vendor: _Vendor, rng: Random) -> Iterator[Labelled]:
    day = rng.randrange(_KNOWN, _DAYS)
    amount = round(rng.uniform(1.0, 3.0) * (LIMIT // CENT)) * CENT
    yield _sent(vendor, "1001", amount, _BEGIN + timedelta(days=day), day, 10.0, rng)


def _attempt(
    kind: FraudKind,
    vendors: Sequence[_Vendor],
    by_vendor: dict[str, list[Labelled]],
    attacked: set[str],
    rng: Random,
) -> Iterator[Labelled]:
    vendor, place = _victim(kind, vendors, by_vendor, attacked, rng)
    attacked.add(vendor.record.vendor_id)
    before = by_vendor[vendor.record.vendor_id][place]
    invoice = before.invoice
    issued = invoice.issue_date or _BEGIN
    amount = invoice.totals.payable or ONE
    number = invoice.number or ""
    later = before.uploaded_at // DAY - (_BEGIN.toordinal() - _EPOCH) + rng.randrange(1, 20)
    day = issued.toordinal() - _BEGIN.toordinal()
    hour = rng.uniform(7.0, 18.0)
    fresh = _following(number)
    ordinary = _amount(vendor, day, rng)
    match kind:
        case "duplicate":
            yield _sent(vendor, number, amount, issued, later, hour, rng)
        case "near_duplicate":
            yield _sent(vendor, _misread(number, rng), amount, issued, later, hour, rng)
        case "split_invoices":
            parts = rng.randrange(2, 5)
            whole = (LIMIT // CENT) * rng.uniform(1.15, 1.0 + 0.6 * (parts - 1)) / parts
            for part in range(parts):
                share = min(round(whole * rng.uniform(0.9, 1.1)), LIMIT // CENT * 99 // 100)
                yield _sent(vendor, f"{fresh}{part}", share * CENT, issued, day, 9 + part, rng)
        case "unusual_amount":
            # Of what is usual: many times a small invoice may be what others of the vendor are.
            share = round(vendor.usual * 100 * rng.uniform(8.0, 20.0))
            yield _sent(vendor, fresh, share * CENT, issued, day, hour, rng)
        case "burst":
            for part in range(rng.randrange(9, 14)):
                made = _amount(vendor, day, rng)
                yield _sent(vendor, f"{fresh}{part:02d}", made, issued, day, 9 + part / 20, rng)
        case "account_changed":
            other = replace(vendor, account=iban(vendor.record.country or "DE", rng))
            yield _sent(other, fresh, ordinary, issued, day, hour, rng)
        case "account_shared":
            third = rng.choice([each for each in vendors if each.record.ibans and each != vendor])
            other = replace(vendor, account=third.account)
            yield _sent(other, fresh, ordinary, issued, day, hour, rng)
        case "just_below_limit":
            share = round(LIMIT / CENT * rng.uniform(0.955, 0.999))
            yield _sent(vendor, fresh, share * CENT, issued, day, hour, rng)
        case _:
            saturday = issued + timedelta(days=5 - issued.weekday())
            round_sum = max(1, round(amount / ONE / 100)) * 100 * ONE
            on = saturday.toordinal() - _BEGIN.toordinal()
            yield _sent(vendor, _bygone(number, rng), round_sum, saturday, on + 1, hour, rng)


def _victim(
    kind: FraudKind,
    vendors: Sequence[_Vendor],
    by_vendor: dict[str, list[Labelled]],
    attacked: set[str],
    rng: Random,
) -> tuple[_Vendor, int]:
    """A vendor whose history suits, and one of its invoices after the first weeks.

    One that has been attacked already is rarely taken.
    """
    for _ in range(_TRIES):
        vendor = rng.choice(vendors)
        if vendor.record.vendor_id in attacked and rng.random() < _ONCE:
            continue
        sent = by_vendor[vendor.record.vendor_id]
        places = [place for place, each in enumerate(sent) if each.counts and place >= 20]
        if not places:
            continue
        if kind in ("split_invoices", "just_below_limit") and vendor.usual > 2_500:
            continue
        if kind == "burst" and (vendor.per_day > 0.5 or vendor.batches):
            continue
        if kind == "unusual_amount" and vendor.usual > 20_000:
            continue
        if kind == "fabricated" and vendor.any_day:
            continue
        if kind.startswith("account_") and not vendor.record.ibans:
            continue
        return vendor, rng.choice(places)
    raise ValueError(f"no vendor suits {kind}: take more vendors than {len(vendors)}")


def _newcomer(index: int, rng: Random) -> _Vendor:
    made = _vendor(index, rng)
    return replace(made, record=replace(made.record, ibans=(made.account,)))


def _following(number: str) -> str:
    """A number that a forger makes up from one that he has seen."""
    head = number.rstrip("0123456789")
    return f"{head}{int(number[len(head) :] or 0) + 1:04d}7"


def _bygone(number: str, rng: Random) -> str:
    """A number as the vendor gave them long ago."""
    if number.startswith("RE"):
        return f"RE{rng.randrange(8_000, 10_000)}"
    return f"2022-{rng.randrange(1, 1_000):04d}"


def _misread(number: str, rng: Random) -> str:
    ways = [
        f"{number}A",
        number.replace("0", "O", 1) if "0" in number else f"{number}B",
        number.replace("1", "I", 1) if "1" in number else f"{number}X",
        f" {number[:2]}/{number[2:]}",
    ]
    return rng.choice(ways)


def _poisson(mean: float, rng: Random) -> int:
    """How often something happens that happens so often on average (Knuth)."""
    limit, product, times = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        times += 1
    return times
