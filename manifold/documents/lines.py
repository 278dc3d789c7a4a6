"""Invented invoice lines."""

from random import Random

from manifold.documents.arithmetic import line_net, share
from manifold.documents.places import Place
from manifold.documents.wording import Good, Wording
from operators.invoice import AllowanceCharge, Line
from operators.money import CENT, HUNDRED, ONE, Amount, divided, parse

_CATEGORIES = {"reverse_charge": "AE", "intra_community": "K", "exempt": "E"}
_DIVISIBLE = frozenset({"KGM", "LTR", "MTR", "MTK", "HUR", "DAY"})


def drawn_lines(
    place: Place, wording: Wording, exemption: str | None, rng: Random
) -> tuple[Line, ...]:
    """Lines of an invoice, mostly few, sometimes so many that they fill pages."""
    number = _how_many(rng)
    mixed = bool(place.reduced) and exemption is None and rng.random() < 0.35
    discounted = rng.random() < 0.15
    coded = rng.random() < 0.65
    shape = rng.choice(("{0:04d}", "A-{0:05d}", "{0:03d}.{1:03d}", "X{0:02d}{1:03d}"))
    goods = [good for good in wording.goods if (exemption is None and mixed) or not good.reduced]
    step = rng.choice((1, 1, 1, 10))
    return tuple(
        _line(
            f"{(index + 1) * step}",
            rng.choice(goods),
            shape.format(rng.randint(1, 999), rng.randint(1, 999)) if coded else None,
            place,
            exemption,
            discounted,
            rng,
        )
        for index in range(number)
    )


def _how_many(rng: Random) -> int:
    draw = rng.random()
    if draw < 0.78:
        return rng.randint(1, 8)
    if draw < 0.92:
        return rng.randint(9, 22)
    return rng.randint(26, 64)


def _line(
    number: str,
    good: Good,
    item_id: str | None,
    place: Place,
    exemption: str | None,
    discounted: bool,
    rng: Random,
) -> Line:
    price: Amount = rng.randint(good.low, good.high) * CENT
    quantity = _quantity(good, rng)
    per = ONE
    if good.unit == "MTR" and good.high < 1000 and rng.random() < 0.3:
        price, per = price * 100 * 95 // 100, HUNDRED
    rate = parse(place.standard)
    if good.reduced and place.reduced:
        rate = parse(place.reduced[0])
    category = "S"
    if exemption is not None:
        rate, category = 0, _CATEGORIES[exemption]
    elif rate == 0:
        category = "Z"
    percent = rng.choice((5, 10, 15, 20)) * ONE if discounted and rng.random() < 0.6 else 0
    full = line_net(quantity, price, per)
    return Line(
        id=number,
        item_id=item_id,
        name=good.name,
        quantity=quantity,
        unit=good.unit,
        price=price,
        base_quantity=None if per == ONE else per,
        net=line_net(quantity, price, per, percent),
        vat_category=category,
        vat_rate=rate,
        allowances_charges=(_discount(full, percent),) if percent else (),
    )


def _discount(full: Amount, percent: Amount) -> AllowanceCharge:
    return AllowanceCharge(
        charge=False,
        amount=share(full, percent),
        base_amount=full,
        percent=percent,
        reason_code="95",
    )


def _quantity(good: Good, rng: Random) -> Amount:
    if good.unit == "MON":
        return rng.choice((1, 1, 3, 12)) * ONE
    if good.unit == "DAY":
        return rng.randint(1, 12) * ONE // 2
    if good.unit in _DIVISIBLE and rng.random() < 0.6:
        return divided(rng.randint(2, 400) * ONE, 4)
    dear = good.high > 20_000
    return rng.randint(1, 4 if dear else 60) * ONE
