"""Charges that were not agreed, and agreed allowances that are missing.

Without an agreement in force nothing is compared. A charge on a line that has a contract price is
part of the line's amount, and compared with it: only what is agreed for it may be added.
"""

from collections import defaultdict

from operators.invoice import Invoice, Line
from operators.money import CENT, Amount, percent, render, rounded
from operators.pricing.said import about, saving
from operators.pricing.values import Values
from operators.reference import AgreedCharge, ReferenceAgreement, ReferencePolicy
from operators.result import Saving, Violation


def agreed_on(line: Line, agreement: ReferenceAgreement, values: Values) -> Amount:
    """What of a line's charges is agreed. Raises NoRate."""
    charges = [each for each in line.allowances_charges if each.charge]
    total = 0
    for agreed in agreement.charges:
        made = sum(each.amount or 0 for each in charges if each.reason_code == agreed.reason_code)
        if agreed.on_lines and made > 0:
            net = (line.net or 0) - made
            total += min(made, _limit(agreed, net, agreement, values))
    return total


def charges(
    invoice: Invoice,
    agreement: ReferenceAgreement,
    values: Values,
    policy: ReferencePolicy,
    priced: frozenset[int],
) -> tuple[list[Violation], list[Saving]]:
    """What is to be said of an invoice's charges and allowances. Raises NoRate.

    `priced`: places of the lines that are compared with a contract price.
    """
    found: list[Violation] = []
    saved: list[Saving] = []
    net = _net(invoice)
    made: dict[str, Amount] = defaultdict(int)
    given: dict[str, Amount] = defaultdict(int)
    where: dict[str, str] = {}
    for place, each in enumerate(invoice.allowances_charges):
        code = each.reason_code or ""
        (made if each.charge else given)[code] += each.amount or 0
        if each.charge:
            where.setdefault(code, f"allowances_charges[{place}]")
    for code, amount in made.items():
        if amount > 0:
            _charge(code, amount, where[code], net, agreement, values, policy, found, saved)
    for place, line in enumerate(invoice.lines):
        for each in line.allowances_charges:
            if not each.charge:
                given[each.reason_code or ""] += each.amount or 0
        if place not in priced and line.allowances_charges:
            _on_line(line, place, agreement, found)
    for agreed in agreement.allowances:
        if agreed.from_net is not None and net < values.converted(
            agreed.from_net, agreement.currency
        ):
            continue
        due = rounded(percent(net, agreed.percent))
        missing = due - given[agreed.reason_code]
        if missing > max(CENT, policy.price_tolerance_amount):
            text = (
                f"{render(agreed.percent, 0)} % allowance {agreed.reason_code} is agreed in "
                f"{agreement.agreement_id}: {render(due)} of {render(net)}, invoice gives "
                f"{render(given[agreed.reason_code])}: {render(missing)} missing"
            )
            found.append(Violation("MF-PRICE-ALLOWANCE", text, "ERROR", "allowances_charges"))
            saved.append(saving("ALLOWANCE", missing, text))
    return found, saved


def _charge(
    code: str,
    amount: Amount,
    path: str,
    net: Amount,
    agreement: ReferenceAgreement,
    values: Values,
    policy: ReferencePolicy,
    found: list[Violation],
    saved: list[Saving],
) -> None:
    named = code[:10] or "without a reason code"
    possible = [
        each for each in agreement.charges if each.reason_code == code and not each.on_lines
    ]
    if not possible:
        text = f"charge {named} of {render(amount)} is not agreed in {agreement.agreement_id}"
        found.append(Violation("MF-PRICE-CHARGE", text, "WARNING", path))
        saved.append(saving("CHARGE", amount, text))
        return
    limit = max(_limit(each, net, agreement, values) for each in possible)
    if amount - limit > policy.price_tolerance_amount:
        text = (
            f"charge {named} is {render(amount)}, by {agreement.agreement_id} at most "
            f"{render(limit)}: {render(amount - limit)} more"
        )
        found.append(Violation("MF-PRICE-CHARGE-OVER", text, "ERROR", path))
        saved.append(saving("CHARGE", amount - limit, text))


def _on_line(line: Line, place: int, agreement: ReferenceAgreement, found: list[Violation]) -> None:
    """Charges not agreed on a line without a contract price."""
    agreed = {each.reason_code for each in agreement.charges if each.on_lines}
    for each in line.allowances_charges:
        if each.charge and each.amount and (each.reason_code or "") not in agreed:
            named = (each.reason_code or "without a reason code")[:21]
            text = f"charge {named} of {render(each.amount)} is not agreed"
            found.append(about("MF-PRICE-CHARGE", text, "WARNING", line, place))


def _limit(
    agreed: AgreedCharge, net: Amount, agreement: ReferenceAgreement, values: Values
) -> Amount:
    """The most that a charge may come to, in the invoice's currency."""
    if agreed.below is not None and net >= values.converted(agreed.below, agreement.currency):
        return 0
    of_net = rounded(percent(net, agreed.percent)) if agreed.percent is not None else 0
    if agreed.amount is None:
        return of_net
    return max(of_net, values.converted(agreed.amount, agreement.currency))


def _net(invoice: Invoice) -> Amount:
    stated = invoice.totals.lines_net
    return sum(line.net or 0 for line in invoice.lines) if stated is None else stated
