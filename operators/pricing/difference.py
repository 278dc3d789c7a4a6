"""What is to be said of a line that does not cost what was agreed.

Up to the tolerance, the larger of the policy's percentage of the expected amount and its amount
per line, a difference is accepted; a higher amount within it is mentioned. Beyond it, a higher
amount is an ERROR and a lower one a WARNING: cheap is welcome, but often the wrong item or
unit. On a line that gives money back (a credit note's, or a negative quantity) any difference
beyond it is a WARNING, since price corrections and partial credits are usual there.
"""

from operators.money import Amount, percent, render
from operators.pricing.lines import PricedLine
from operators.pricing.said import about, number_of, saving
from operators.reference import ReferencePolicy
from operators.result import Saving, Severity, Violation

YEARLY_TURNOVER = "105"
"""UNTDID 5189: an allowance that gives a period's discount for the whole document."""


def difference(
    priced: PricedLine,
    policy: ReferencePolicy,
    refunded: Amount,
    found: list[Violation],
    saved: list[Saving],
) -> Amount:
    """Adds what is to be said of a line, and what is saved on it.

    `refunded`: allowances on the document for what was bought in the period. They make up for what
    lines lack of that discount; returned is what is left of them.
    """
    over = priced.invoiced - priced.expected
    tolerance = max(
        percent(abs(priced.expected), policy.price_tolerance_percent),
        policy.price_tolerance_amount,
    )
    if over > 0 and not priced.credit and priced.period is not None:
        missed = min(over, priced.without_period - priced.expected)
        made_up = max(0, min(missed, refunded))
        over -= made_up
        refunded -= made_up
    else:
        missed = 0
    if -tolerance <= over <= (0 if not priced.credit else tolerance):
        return refunded
    rule: tuple[str, Severity]
    if priced.credit:
        rule = ("MF-PRICE-CREDIT", "WARNING")
    elif over < 0:
        rule = ("MF-PRICE-UNDER", "WARNING")
    elif over <= tolerance:
        rule = ("MF-PRICE-TOLERATED", "INFO")
    elif missed and priced.invoiced <= priced.without_period + tolerance:
        rule = ("MF-PRICE-PERIOD", "ERROR")
    else:
        rule = ("MF-PRICE-OVER", "ERROR")
    text = _working(priced, over)
    found.append(about(rule[0], text, rule[1], priced.line, priced.place, "net"))
    if rule[1] == "ERROR":
        _saved(priced, over, min(over, missed), text, saved)
    return refunded


def _working(priced: PricedLine, over: Amount) -> str:
    quantity = render(priced.line.quantity or 0, 0)
    note = f" less {render(priced.discount, 0)} %" if priced.discount else ""
    if priced.period is not None and priced.period_percent:
        note += (
            f" less {render(priced.period_percent, 0)} % for {render(priced.volume, 0)} bought "
            f"before in {priced.period.name}"
        )
    if priced.charged:
        note += f" and {render(priced.charged)} of charges agreed"
    return (
        f"{quantity} × {render(priced.unit_price)} = {render(priced.expected)} by contract "
        f"{priced.contract.contract_id}{note}, invoice says {render(priced.invoiced)}: "
        f"{render(abs(over))} {'more' if over > 0 else 'less'}"
    )


def _saved(
    priced: PricedLine, over: Amount, missed: Amount, text: str, saved: list[Saving]
) -> None:
    line, number = priced.line.id, number_of(priced.line, priced.place)
    if missed > 0 and priced.period is not None:
        reason = (
            f"line {number}: {render(priced.period_percent, 0)} % is agreed in "
            f"{priced.contract.contract_id} for what is bought in {priced.period.name}"
        )
        saved.append(saving("PERIOD_DISCOUNT", missed, reason, line))
    if over > missed:
        saved.append(saving("PRICE", over - missed, f"line {number}: {text}", line))
