"""Which contract prices and which agreement are in force.

>>> contract_key("V-100", "A/7"), contract_key("V/1", "A")
('V-100/A/7', 'V%2F1/A')
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from operators.reference import ReferenceAgreement, ReferenceContract

Agreed = TypeVar("Agreed", ReferenceContract, ReferenceAgreement)


def escaped(name: str) -> str:
    """A name as a part of a key: without the slash that parts are joined by."""
    return name.replace("%", "%25").replace("/", "%2F")


def contract_key(vendor_id: str, item_id: str) -> str:
    """What the contract prices of an item are looked up by; no two pairs share one."""
    return f"{escaped(vendor_id)}/{item_id}"


def keys_of_contract(contract: ReferenceContract) -> tuple[str, ...]:
    """What a contract price is looked up by.

    One with a discount over a period also by its vendor alone, so that it is known whose
    settlements matter.
    """
    key = contract_key(contract.vendor_id, contract.item_id)
    if contract.period_discount is None:
        return (key,)
    return (key, escaped(contract.vendor_id))


def in_force(known: Sequence[Agreed], day: date | None) -> Sequence[Agreed]:
    """Those in force on a day; all of them when it is not known."""
    if day is None:
        return known
    if len(known) == 1:
        return known if _holds(known[0], day) else ()
    return [each for each in known if _holds(each, day)]


def _holds(agreed: ReferenceContract | ReferenceAgreement, day: date) -> bool:
    since, until = agreed.valid_from, agreed.valid_to
    return (since is None or since <= day) and (until is None or day <= until)


def newest(known: Sequence[ReferenceAgreement] | None) -> ReferenceAgreement | None:
    """Of agreements in force the one that began last."""
    if not known:
        return None
    return max(known, key=lambda each: (each.valid_from or date.min, each.agreement_id))
