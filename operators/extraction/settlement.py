"""From the gross amount to what is due, and from the lines to the net amount."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.arithmetic import computed
from operators.extraction.candidate import Evidence
from operators.extraction.sums import Read
from operators.money import CENT, ONE, Amount

_NEAR_ROWS = 3
"""Rows under the gross amount in which what was paid and what is left stand."""
_ROUNDED = ONE
"""A rounding is smaller than this."""


class Settled(Struct, frozen=True):
    """What lies between the gross amount and the amount due."""

    prepaid: Read | None = None
    """Paid before."""
    rounding: Read | None = None
    """Added for rounding."""
    payable: Read | None = None
    """Amount due."""
    withheld: Read | None = None
    """Tax that the buyer keeps back."""


class Adjusted(Struct, frozen=True):
    """What lies between the lines and the net amount."""

    lines_net: Read | None = None
    """Sum of the lines."""
    allowances: tuple[Read, ...] = ()
    """Taken off."""
    charges: tuple[Read, ...] = ()
    """Added."""


def settled(
    roles: Mapping[str, Sequence[Read]], gross: Read | None, unlabelled: Sequence[Read] = ()
) -> Settled:
    """The amount due, and the payments and the rounding that lead to it.

    Args:
        roles: Candidates by role.
        gross: The gross amount chosen.
        unlabelled: Other amounts: two that come to the gross one and stand under it are what
            was paid and what is left, whatever they are called.
    """
    named = _settled(roles, gross)
    if gross is None or named.prepaid or named.withheld or named.rounding or gross.value <= 0:
        return named
    unnamed = _left_over(gross, unlabelled)
    return unnamed if unnamed is not None else named


def _left_over(gross: Read, unlabelled: Sequence[Read]) -> Settled | None:
    under = [
        each
        for each in unlabelled
        if gross.row is not None
        and each.row is not None
        and 0 < each.row - gross.row <= _NEAR_ROWS
        and each.evidence.form >= 1.0
    ]
    for paid, left in product(under, under):
        if (paid.row or 0) < (left.row or 0) and abs(paid.value) + left.value == gross.value:
            return Settled(prepaid=replace(paid, value=abs(paid.value)), payable=left)
    return None


def _settled(roles: Mapping[str, Sequence[Read]], gross: Read | None) -> Settled:
    due = list(roles.get("payable", ())[:4])
    if gross is None:
        return Settled(payable=due[0] if due else None)
    due += [
        replace(each, score=each.score / 2)
        for each in roles.get("gross", ())[:4]
        if each not in due
    ]
    best, best_worth = Settled(payable=_equal(gross, due)), 0.0
    if best.payable is not None and not best.payable.evidence.computed:
        best_worth = best.payable.score + 1.0
    prepaid = [None, *(each for each in roles.get("prepaid", ())[:4] if each.value)]
    withheld = [None, *roles.get("withheld", ())[:2]]
    rounding = [
        None,
        *(each for each in roles.get("rounding", ())[:3] if abs(each.value) < _ROUNDED),
    ]
    for paid, held, off in product(prepaid, withheld, rounding):
        if paid is None and held is None and off is None:
            continue
        for sign in (1, -1):
            value = (
                gross.value - (abs(paid.value) if paid else 0) - (abs(held.value) if held else 0)
            )
            value += sign * off.value if off else 0
            found = _of_value(due if sign > 0 else roles.get("payable", ()), value)
            worth = sum(each.score for each in (paid, held, off) if each is not None) - 1.0
            worth += 2.5 + found.score if found is not None else -1.5
            worth -= 2.5 if off is not None and sign < 0 else 0.0
            if found is None and (held is not None or (paid is not None and paid.score < 1.5)):
                continue
            if worth > best_worth and value >= 0:
                best_worth = worth
                best = Settled(
                    prepaid=replace(paid, value=abs(paid.value)) if paid else None,
                    rounding=replace(off, value=sign * off.value) if off else None,
                    payable=found or computed(value, gross, paid, off),
                    withheld=replace(held, value=abs(held.value)) if held else None,
                )
    if due and due[0].score > 2.0 and best.payable is not None and best.payable.evidence.computed:
        return Settled(payable=due[0])  # what the document asks for, even if it does not add up
    return best


def confirmed(due: Settled, gross: Read | None) -> Settled:
    """The same, with whether the amount due is what is left of the gross one in the evidence."""
    payable, prepaid = due.payable, due.prepaid
    if payable is None or gross is None:
        return due
    left = gross.value - sum(each.value for each in (due.prepaid, due.withheld) if each is not None)
    left += due.rounding.value if due.rounding is not None else 0
    if payable.value != left:
        return replace(due, payable=_told(payable, replace(payable.evidence, sums=-1.0)))
    told = _told(payable, gross.evidence)
    if prepaid is not None and not payable.evidence.computed:
        prepaid = _told(prepaid, gross.evidence)
    return replace(due, payable=told, prepaid=prepaid)


def _told(read: Read, of: Evidence) -> Read:
    """An amount with the arithmetic of another in its evidence."""
    own = read.evidence
    return replace(read, evidence=replace(own, sums=of.sums, lines=of.lines, alone=of.alone))


def _equal(gross: Read, due: Sequence[Read]) -> Read:
    return _of_value(due, gross.value) or computed(gross.value, gross)


def _of_value(found: Sequence[Read], value: Amount) -> Read | None:
    return next((each for each in found if each.value == value), None)


def adjustments(
    roles: Mapping[str, Sequence[Read]],
) -> dict[Amount, tuple[tuple[Read, ...], tuple[Read, ...]]]:
    """What up to two charges and allowances come to: the allowances and charges by their sum."""
    signed = [(each, -abs(each.value)) for each in roles.get("allowance", ())[:4] if each.value]
    signed += [(each, abs(each.value)) for each in roles.get("charge", ())[:4] if each.value]
    found: dict[Amount, tuple[tuple[Read, ...], tuple[Read, ...]]] = {}
    for size in (1, 2):
        for group in combinations(signed, size):
            if len({each.row for each, _ in group}) < size:
                continue
            off = tuple(replace(each, value=-value) for each, value in group if value < 0)
            on = tuple(replace(each, value=value) for each, value in group if value > 0)
            found.setdefault(sum(value for _, value in group), (off, on))
    return found


def adjusted(
    roles: Mapping[str, Sequence[Read]],
    net: Read | None,
    lines: Amount | None,
    unlabelled: Sequence[Read] = (),
    gross: Read | None = None,
) -> Adjusted:
    """The sum of the lines, and what was added to and taken off it; only where that adds up.

    Args:
        roles: Candidates by role.
        net: The net amount chosen.
        lines: What the lines come to.
        unlabelled: Other amounts: one that is just the difference is it, whatever it is called.
        gross: The gross amount chosen: lines that come to it include the tax.
    """
    named = list(roles.get("lines_net", ())[:4])
    if net is None:
        return Adjusted(_of_value(named, lines) if lines is not None else None)
    options = [lines] if lines is not None else []
    options += [each.value for each in (*named, *roles.get("net", ())[:3])]
    steps = adjustments(roles)
    for value in options:
        if value == net.value:
            break
        turned = -1 if net.value < 0 else 1  # a credit note with minus signs
        step = steps.get(turned * (net.value - value))
        if step is not None:
            off, on = (
                tuple(replace(each, value=turned * each.value) for each in part) for part in step
            )
            return Adjusted(_of_value(named, value) or computed(value, net), off, on)
    taxed = gross is not None and lines is not None and abs(gross.value - lines) <= CENT
    for value in options if lines is not None and not taxed else ():
        gap = abs(net.value - value)
        other = next((each for each in unlabelled if gap and abs(each.value) == gap), None)
        if other is not None and value == lines:
            part = (replace(other, value=gap),)
            off, on = (part, ()) if abs(net.value) < abs(value) else ((), part)
            return Adjusted(_of_value(named, value) or computed(value, net), off, on)
    close = lines is not None and abs(lines - net.value) <= CENT
    value = lines if lines is not None and close else net.value
    return Adjusted(_of_value(named, value) or computed(value, net))
