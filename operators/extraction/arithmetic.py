"""The totals chosen jointly: those that add up win over those that are only labelled.

>>> from operators.money import parse
>>> def read(text, score): return Candidate(parse(text), score, Evidence())
>>> roles = {"gross": [read("100.00", 2.0), read("119.00", 1.5)], "net": [read("100.00", 1.0)]}
>>> chosen = chosen_sums(roles, [read("19.00", -2.0)], Known())
>>> chosen.gross.value == parse("119.00"), chosen.tax.value == parse("19.00")
(True, True)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.sums import Known, Read, Sums, ahead, with_evidence
from operators.extraction.vat_rows import RATES, rate_between
from operators.money import CENT, Amount

_HOLDS = 3.0
_COMPUTED = -0.3
_NAMED = 1.2
"""Score from which a label names the gross amount."""
_PASSED_OVER = 4.0
"""What is lost by computing a gross amount although one is named."""
_MOST = 14
"""Candidates for a role that are looked at."""


def computed(value: Amount, *of: Read | None) -> Read:
    """An amount that follows from others, as sure as the least of them."""
    known = [each for each in of if each is not None]
    evidence = Evidence(
        computed=1.0,
        label=min((each.evidence.label for each in known), default=0.0),
        engine=min((each.evidence.engine for each in known), default=1.0),
        sums=min((each.evidence.sums for each in known), default=0.0),
        lines=min((each.evidence.lines for each in known), default=0.0),
    )
    return Candidate(value, _COMPUTED, evidence)


def chosen_sums(
    roles: Mapping[str, Sequence[Read]], unlabelled: Sequence[Read], known: Known
) -> Sums:
    """The net amount, tax and gross amount that fit best together and to their labels.

    Args:
        roles: Candidates for `net`, `tax` and `gross`.
        unlabelled: Other amounts, believed only where they make the sums hold.
        known: What they are held against.
    """
    pools = {role: _pool(roles.get(role, ()), unlabelled) for role in ("net", "tax", "gross")}
    named = any(each.score > _NAMED for each in roles.get("gross", ()))

    def worth(sums: Sums) -> float:
        passed_over = named and sums.gross is not None and sums.gross.evidence.computed
        unpaid = known.paid and sums.gross is not None and sums.gross.value not in known.paid
        return _worth(sums, known) - (2 * _PASSED_OVER if unpaid else _PASSED_OVER * passed_over)

    options = [(worth(each), each) for each in _options(pools)]
    if not options:
        return Sums()
    best = max(options, key=lambda each: each[0])
    return ahead(with_evidence(best[1], known), best[0], options)


def _pool(labelled: Sequence[Read], unlabelled: Sequence[Read]) -> dict[Amount, Read]:
    found: dict[Amount, Read] = {}
    for each in labelled[:_MOST]:
        before = found.get(each.value)
        if before is None or (before.evidence.computed and not each.evidence.computed):
            found[each.value] = each
    for each in unlabelled[: _MOST + 6]:
        found.setdefault(each.value, each)
    return found


def _options(pools: Mapping[str, Mapping[Amount, Read]]) -> Iterator[Sums]:
    """Each pair of two sums with the third read or computed, and each sum alone."""
    nets, taxes, grosses = pools["net"], pools["tax"], pools["gross"]
    for gross in grosses.values():
        yield Sums(gross=gross)
        for net in nets.values():
            rest = gross.value - net.value
            if _within(net.value, gross.value):
                yield Sums(net, _near(taxes, rest) or computed(rest, net, gross), gross)
        for tax in taxes.values():
            rest = gross.value - tax.value
            if _within(rest, gross.value) and rest not in nets:
                yield Sums(computed(rest, tax, gross), tax, gross)
    for net in nets.values():
        yield Sums(net=net)
        for tax in taxes.values():
            total = net.value + tax.value
            if total not in grosses and _within(net.value, total):
                yield Sums(net, tax, computed(total, net, tax))


def _near(amounts: Mapping[Amount, Read], amount: Amount) -> Read | None:
    """The amount, or one that is a cent away from it."""
    for each in (amount, amount + CENT, amount - CENT):
        if each in amounts and (each or not amount):
            return amounts[each]
    return None


def _within(part: Amount, whole: Amount) -> bool:
    """Whether a net amount is possible for a gross amount: no tax is above two fifths of it."""
    if part < 0 and whole < 0:
        part, whole = -part, -whole
    return 0 <= part <= whole and 10 * (whole - part) <= 4 * part + 10 * CENT


def _worth(sums: Sums, known: Known) -> float:
    net, tax, gross = sums.net, sums.tax, sums.gross
    worth = sum(each.score for each in (net, tax, gross) if each is not None)
    if net is None or tax is None or gross is None:
        return worth + _against(sums, known)
    read = sum(not each.evidence.computed for each in (net, tax, gross))
    if tax.value and read == 3:
        worth += _HOLDS if net.value + tax.value == gross.value else _HOLDS - 1.0
    elif read == 3:
        worth += 0.5
    elif net is not None and not tax.value:
        worth -= 0.4
    worth += _taxed(net.value, tax.value, known)
    return worth + _against(sums, known)


def _taxed(net: Amount, tax: Amount, known: Known) -> float:
    """How well a tax fits the rates."""
    if not tax:
        return 0.0
    if rate_between(net, tax, known.rates) is not None:
        return 1.6
    rates = [rate for rate in known.rates if rate]
    if (
        rates
        and min(known.rates) * net <= tax * 100 * 10**8 <= max(rates) * net
        and len(known.rates) > 1
    ):
        return 0.6
    if rate_between(net, tax, RATES) is not None:
        return 0.4
    return -1.2


def _against(sums: Sums, known: Known) -> float:
    """How well sums fit the lines and the breakdown."""
    worth = 0.0
    net = sums.net.value if sums.net else None
    gross = sums.gross.value if sums.gross else None
    whole = known.taxable is None or known.tax is None or gross is None
    if known.taxable is not None and known.tax is not None and gross is not None:
        whole = abs(known.taxable + known.tax - gross) <= 2 * CENT
    fits, misses = (1.6, -0.6) if whole else (0.4, -0.2)  # a row of the breakdown may be unread
    if known.taxable is not None and net is not None:
        worth += fits if abs(net - known.taxable) <= CENT else misses
    if known.tax is not None and sums.tax is not None:
        worth += fits if abs(sums.tax.value - known.tax) <= CENT else misses
    if known.lines is None or not known.lines:
        return worth
    if net is not None and (
        abs(net - known.lines) <= CENT
        or any(net == known.lines + each for each in known.adjustments)
    ):
        return worth + 1.8
    if gross is not None and abs(gross - known.lines) <= CENT:
        return worth + 1.2
    return worth - 0.3


def total_of(amounts: Iterable[Amount]) -> Amount | None:
    """The sum of amounts, None when there are none."""
    found = list(amounts)
    return sum(found) if found else None
