"""What the branches answer."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.money import Amount
from operators.time import Instant

Severity: TypeAlias = Literal["INFO", "WARNING", "ERROR", "UNKNOWN"]
"""ERROR rejects, WARNING asks for a look, INFO explains."""


class Violation(Struct, frozen=True, gc=False):
    """A rule that the invoice does not satisfy."""

    rule_id: str
    """Stable identifier of the rule."""
    message: str
    """What is wrong, in a sentence a clerk understands, with the amounts."""
    severity: Severity
    """How bad it is."""
    field: str | None = None
    """Path of the field, for example lines[1].net."""


class Source(Struct, frozen=True, gc=False):
    """The record this came from."""

    topic: str
    """Topic."""
    partition: int
    """Partition."""
    offset: int
    """Offset."""


ValidationStatus: TypeAlias = Literal["APPROVED", "REJECTED", "UNKNOWN"]
"""The branch's answer; UNKNOWN when it could not do its work."""


class ValidationDetails(Struct, frozen=True, gc=False):
    """What was checked."""

    rules_checked: int
    """Number of rules applied."""


InventoryStatus: TypeAlias = Literal["AVAILABLE", "LIMITED", "UNAVAILABLE", "UNKNOWN"]
"""The branch's answer; UNKNOWN when it could not do its work."""


MatchedBy: TypeAlias = Literal["ORDER_LINE", "ITEM", "NAME", "UNKNOWN"]
"""What an invoice line and an order line have in common."""


class LineMatch(Struct, frozen=True, kw_only=True, gc=False):
    """One invoice line against its order line."""

    line: str | None = None
    """Invoice line."""
    order_line: str | None = None
    """Order line matched; null when none was found."""
    invoiced: Amount
    """Quantity invoiced, in the unit of the order line where it converts."""
    available: Amount
    """Quantity received and not yet billed, tolerance included."""
    reserved: Amount
    """Quantity reserved for this invoice."""
    matched_by: MatchedBy | None = None
    """What told which order line it is; null when none was found."""
    confidence: int | None = None
    """How sure that is, in percent: 100 for an order line, 90 for an item, up to 80 for a name."""


class InventoryDetails(Struct, frozen=True, gc=False):
    """How each line matched."""

    purchase_order: str | None = None
    """Purchase order matched."""
    lines: tuple[LineMatch, ...] = ()
    """Lines in the order of the invoice."""


FraudStatus: TypeAlias = Literal["PASS", "WARNING", "FAIL", "UNKNOWN"]
"""The branch's answer; UNKNOWN when it could not do its work."""


class Evidence(Struct, frozen=True, gc=False):
    """One signal."""

    signal: str
    """Stable name of the signal."""
    points: int
    """Its share of the score."""
    explanation: str
    """What was seen."""


class FraudDetails(Struct, frozen=True, gc=False):
    """The score and what it is made of."""

    score: int
    """0 (no sign) to 100."""
    evidence: tuple[Evidence, ...] = ()
    """Strongest first."""
    vendor_class: str | None = None
    """Class of the vendor, from its master data."""


PricingStatus: TypeAlias = Literal["MATCH", "DEVIATION", "MISMATCH", "UNKNOWN"]
"""The branch's answer; UNKNOWN when it could not do its work."""


class LinePrice(Struct, frozen=True, kw_only=True, gc=False):
    """One invoice line against its contract price."""

    line: str | None = None
    """Invoice line."""
    contract: str
    """Contract the price is from."""
    expected: Amount
    """Expected unit price after volume discount."""
    invoiced: Amount
    """Invoiced unit price."""
    difference: Amount
    """Invoiced minus expected line amount."""
    expected_net: Amount | None = None
    """Expected line amount."""
    invoiced_net: Amount | None = None
    """Invoiced line amount."""
    period_discount: Amount | None = None
    """Percent off for what was bought in the period; null when none is agreed."""
    volume: Amount | None = None
    """What had been bought in the period before this line; null when no discount depends on it."""


SavingKind: TypeAlias = Literal[
    "PRICE", "PERIOD_DISCOUNT", "CHARGE", "ALLOWANCE", "TAX", "EARLY_PAYMENT", "UNKNOWN"
]
"""What is saved on."""


class Saving(Struct, frozen=True, kw_only=True, gc=False):
    """An amount that need not be paid."""

    kind: SavingKind
    """What is saved on."""
    amount: Amount
    """How much, in the invoice's currency."""
    reason: str
    """Why, in a sentence."""
    line: str | None = None
    """Invoice line; null for the whole document."""
    until: date | None = None
    """Last day to pay for it; null unless it is for early payment."""


class FlaggedLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line that deserves a look."""

    line: str | None = None
    """Invoice line."""
    rule_id: str
    """The rule that it does not satisfy."""


class PricingDetails(Struct, frozen=True, kw_only=True, gc=False):
    """Expected against invoiced amounts."""

    currency: str
    """Currency of the amounts: the invoice's."""
    exchange_rate: Amount | None = None
    """Base-currency units for one unit of the invoice's currency."""
    expected_net: Amount | None = None
    """Net amount by contract; null when no line has a contract price."""
    invoiced_net: Amount
    """Net amount invoiced for the lines with a contract price."""
    lines: tuple[LinePrice, ...] = ()
    """Lines that have a contract price."""
    amount_in_base: Amount | None = None
    """Amount due in the policy's base currency; null when it or its rate is not known."""
    savings: tuple[Saving, ...] = ()
    """What need not be paid."""
    savings_total: Amount | None = None
    """Their sum, of early payments only the largest; null when there are none."""
    flagged: tuple[FlaggedLine, ...] = ()
    """Lines that deserve a look, with the rule; once for each of both."""
    amount: Amount | None = None
    """Amount due in the invoice's currency; null when the invoice does not say."""


class ShadowAnswer(Struct, frozen=True, gc=False):
    """What the branch would have answered by a candidate in shadow."""

    policy_version: str
    """Version of the candidate."""
    status: str
    """Its status."""
    unknown_reason: str | None = None
    """Why it could not be judged by the candidate."""
    violations: tuple[Violation, ...] | None = None
    """The worst of what was found; None when that is the same as in the answer itself."""


class Result(Struct, frozen=True, kw_only=True, gc=False):
    """What every branch's answer carries."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """1 for the first upload; a correction or resubmission adds 1."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    status: str
    """The branch's answer."""
    unknown_reason: str | None = None
    """Why the branch could not do its work; None unless the status is UNKNOWN."""
    violations: tuple[Violation, ...] = ()
    """Everything found, worst first."""
    decided_at: Instant
    """When the branch answered."""
    uploaded_at: Instant
    """When the producer uploaded the invoice."""
    policy_version: str
    """Version of the policy that was applied."""
    source: Source
    """The upload this answers."""
    details: Struct
    """The branch's own evidence."""
    canary: bool = False
    """Whether that policy was a candidate, in force for a share of the requests only."""
    shadow: ShadowAnswer | None = None
    """Answer by a candidate in shadow; None when there is none."""


class ValidationResult(Result, frozen=True, kw_only=True, gc=False):
    """The validation branch's answer: is the invoice a correct invoice?"""

    status: ValidationStatus
    details: ValidationDetails


class InventoryResult(Result, frozen=True, kw_only=True, gc=False):
    """The inventory branch's answer: was it ordered and received?"""

    status: InventoryStatus
    details: InventoryDetails


class FraudResult(Result, frozen=True, kw_only=True, gc=False):
    """The fraud branch's answer: does anything look wrong?"""

    status: FraudStatus
    details: FraudDetails


class PricingResult(Result, frozen=True, kw_only=True, gc=False):
    """The pricing branch's answer: is it the price agreed?"""

    status: PricingStatus
    details: PricingDetails
