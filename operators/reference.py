"""Reference data the branches measure an invoice against."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.decision_table import DecisionRow
from operators.money import Amount
from operators.notifications.route import NotificationRoute


class ReferenceVendor(Struct, frozen=True, gc=False):
    """Master data of a vendor."""

    vendor_id: str
    """Key."""
    name: str
    """Registered name."""
    vat_id: str | None = None
    """VAT identifier."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    ibans: tuple[str, ...] = ()
    """Accounts known to be the vendor's."""
    active: bool = True
    """False when nothing may be bought from it."""
    vendor_class: str | None = None
    """What kind of vendor it is, for the rows of the decision table."""
    gl_account: str | None = None
    """G/L account of what it usually delivers."""
    cost_center: str | None = None
    """Cost centre that usually bears it."""


class VolumeDiscount(Struct, frozen=True, gc=False):
    """Discount from a quantity on."""

    from_quantity: Amount
    """Smallest quantity of a line that earns it."""
    percent: Amount
    """Discount in percent."""


class PriceTier(Struct, frozen=True, gc=False):
    """Price from a quantity on."""

    from_quantity: Amount
    """Smallest quantity of a line that has it."""
    price: Amount
    """Net price of one unit."""


DiscountPeriod: TypeAlias = Literal["MONTH", "QUARTER", "YEAR", "CONTRACT", "UNKNOWN"]
"""Calendar month, quarter or year, or as long as the price is valid."""

VolumeMeasure: TypeAlias = Literal["QUANTITY", "NET", "UNKNOWN"]
"""Quantity of the item, or net amount of all the contract's items."""


class VolumeStep(Struct, frozen=True, gc=False):
    """Discount beyond a volume."""

    above: Amount
    """Volume beyond which it is granted."""
    percent: Amount
    """Discount in percent."""


class PeriodDiscount(Struct, frozen=True, gc=False):
    """Discount that grows with what is bought in a period."""

    period: DiscountPeriod
    """Period over which the volume adds up."""
    measure: VolumeMeasure
    """What adds up: quantity of the item, or net amount of all the contract's items."""
    steps: tuple[VolumeStep, ...]
    """Ascending by volume; each holds up to the next."""


class ReferenceContract(Struct, frozen=True, gc=False):
    """The agreed price of one item."""

    contract_id: str
    """Contract."""
    vendor_id: str
    """Vendor."""
    item_id: str
    """Seller's item identifier."""
    unit: str
    """Unit of measure the price is for."""
    currency: str
    """Currency of the price."""
    price: Amount
    """Net price of one unit."""
    discounts: tuple[VolumeDiscount, ...] = ()
    """Ascending by quantity; the last one reached applies."""
    valid_from: date | None = None
    """First day."""
    valid_to: date | None = None
    """Last day."""
    tiers: tuple[PriceTier, ...] = ()
    """Prices from quantities on, ascending; below the first the price counts."""
    period_discount: PeriodDiscount | None = None
    """Discount for what is bought in a period, on top of the line's own."""


class CashDiscount(Struct, frozen=True, gc=False):
    """Discount for early payment."""

    days: int
    """Days after the issue date within which it is granted."""
    percent: Amount
    """Discount in percent of the amount due."""


class AgreedCharge(Struct, frozen=True, gc=False):
    """A charge that the vendor may make."""

    reason_code: str
    """Reason, UNTDID 7161."""
    amount: Amount | None = None
    """Up to this amount."""
    percent: Amount | None = None
    """Up to this percentage of the net amount; the larger of both applies."""
    below: Amount | None = None
    """Only while the lines come to less than this net amount, as for small orders."""
    on_lines: bool = False
    """True for a charge on each line, false for one on the document."""


class AgreedAllowance(Struct, frozen=True, gc=False):
    """An allowance that the vendor has to give."""

    reason_code: str
    """Reason, UNTDID 5189."""
    percent: Amount
    """At least this percentage of the lines' net amount."""
    from_net: Amount | None = None
    """Only when the lines come to this net amount or more."""


class ReferenceAgreement(Struct, frozen=True, gc=False):
    """What is agreed with a vendor for whole invoices."""

    agreement_id: str
    """Agreement."""
    vendor_id: str
    """Vendor."""
    currency: str
    """Currency of the amounts."""
    payment_days: int | None = None
    """Days after the issue date on which payment is due."""
    cash_discounts: tuple[CashDiscount, ...] = ()
    """Discounts for early payment."""
    charges: tuple[AgreedCharge, ...] = ()
    """Charges that may be made; others may not."""
    allowances: tuple[AgreedAllowance, ...] = ()
    """Allowances that have to be given."""
    valid_from: date | None = None
    """First day."""
    valid_to: date | None = None
    """Last day."""


class OrderLine(Struct, frozen=True, kw_only=True, gc=False):
    """One line."""

    line: str
    """Order line number."""
    item_id: str | None = None
    """Item identifier."""
    name: str
    """What is bought."""
    quantity: Amount
    """Quantity ordered."""
    unit: str
    """Unit of measure."""
    price: Amount
    """Net price of one unit."""
    service: bool = False
    """True for a service, which has no goods receipt."""
    gl_account: str | None = None
    """G/L account it was ordered on."""
    cost_center: str | None = None
    """Cost centre it was ordered for."""


class ReferencePurchaseOrder(Struct, frozen=True, gc=False):
    """A purchase order."""

    purchase_order: str
    """Key."""
    vendor_id: str
    """Vendor."""
    currency: str
    """Currency of the prices."""
    lines: tuple[OrderLine, ...]
    """Lines."""


class ReceiptLine(Struct, frozen=True, gc=False):
    """One line."""

    order_line: str
    """Order line received."""
    quantity: Amount
    """Quantity received."""


class ReferenceGoodsReceipt(Struct, frozen=True, gc=False):
    """Goods that have arrived."""

    goods_receipt: str
    """Key."""
    purchase_order: str
    """Purchase order received against."""
    vendor_id: str
    """Vendor."""
    received_on: date
    """Day of arrival."""
    lines: tuple[ReceiptLine, ...]
    """Lines."""


class ReferenceExchangeRate(Struct, frozen=True, gc=False):
    """The value of a currency on a day."""

    currency: str
    """ISO 4217 code."""
    rate: Amount
    """Units of the policy's base currency for one unit of this currency."""
    as_of: date
    """Day of the rate."""


class RateValidity(Struct, frozen=True, gc=False):
    """One rate."""

    rate: Amount
    """Rate in percent."""
    valid_from: date | None = None
    """First day."""
    valid_to: date | None = None
    """Last day."""


class ReferenceTaxRate(Struct, frozen=True, gc=False):
    """VAT rates of a country."""

    country: str
    """Key: ISO 3166-1 alpha-2."""
    rates: tuple[RateValidity, ...]
    """Rates of category S, zero excluded."""


CodingKind: TypeAlias = Literal[
    "ITEM",
    "CLASSIFICATION",
    "VENDOR_CLASS",
    "VAT",
    "ALLOWANCE",
    "CHARGE",
    "DEFAULT",
    "UNKNOWN",
]
"""What a rule of account coding goes by."""


class ReferenceCoding(Struct, frozen=True, gc=False):
    """How an ERP system books what an invoice bills: a rule of account coding."""

    kind: CodingKind
    """What it goes by; the first part of the key."""
    value: str
    """Which it is for; the second part of the key."""
    gl_account: str | None = None
    """G/L account."""
    cost_center: str | None = None
    """Cost centre."""
    tax_code: str | None = None
    """Tax code."""


RuleSeverity: TypeAlias = Literal["INFO", "WARNING", "ERROR", "OFF", "UNKNOWN"]
"""How bad it is to break a rule; OFF when it is not judged."""


class RuleSetting(Struct, frozen=True, gc=False):
    """A rule of validation that does not keep its own severity."""

    rule_id: str
    """The rule."""
    severity: RuleSeverity
    """Its severity instead."""


class SignalWeight(Struct, frozen=True, gc=False):
    """A signal of fraud that does not keep its own weight."""

    signal: str
    """The signal."""
    points: int
    """What it adds to the score instead."""


class ReferencePolicy(Struct, frozen=True, gc=False):
    """What the branches measure against."""

    policy_id: str
    """Key: default."""
    version: str
    """Goes into every result."""
    base_currency: str
    """Currency of the limits and of exchange rates."""
    approval_limit: Amount
    """Amounts from here on need a second approval."""
    approval_margin_percent: Amount
    """How far below the limit an amount counts as just below."""
    quantity_tolerance_percent: Amount
    """Billed over received that is still accepted, of the quantity received."""
    price_tolerance_percent: Amount
    """Price over contract or order that is still accepted."""
    price_tolerance_amount: Amount
    """The same per line, in the invoice's currency; the larger of both applies."""
    fraud_warning_score: int
    """Score from which fraud answers WARNING."""
    fraud_fail_score: int
    """Score from which fraud answers FAIL."""
    unusual_amount_factor: Amount
    """Times the vendor's usual amount that counts as unusual."""
    maximum_age_days: int
    """Older invoices are refused."""
    future_days: int
    """Days an issue date may lie ahead."""
    quantity_tolerance_amount: Amount | None = None
    """The same in units of the order line; the larger of both applies."""
    peppol_rules: bool = True
    """Whether invoices have to keep the rules that Peppol adds to EN 16931's, too."""
    rules: tuple[RuleSetting, ...] = ()
    """Rules of validation with another severity than their own."""
    weights: tuple[SignalWeight, ...] = ()
    """Signals of fraud with another weight than their own."""
    exchange_rate_days: int = 7
    """Days that an exchange rate may be older than the invoice."""
    decision: tuple[DecisionRow, ...] = ()
    """The decision table; empty: the worst answer decides."""
    canary_percent: Amount | None = None
    """Of a candidate: the share of requests it is in force for; None: it judges in shadow."""
    four_eyes_from: Amount | None = None
    """Amounts from here on need two people to approve them; null: from the approval limit on."""
    review_expire_days: int = 30
    """Days after which an invoice that nobody has reviewed counts as rejected."""
    reading_accept: Amount | None = None
    """Probability, 0 to 1, from which a value that was read is used; null: 0.98."""
    reading_again: Amount | None = None
    """Probability from which a second reading may make it sure enough; null: 0.9."""
    reading_model: Amount | None = None
    """Probability from which a language model may; below a person is asked; null: 0.8."""
    notifications: tuple[NotificationRoute, ...] = ()
    """Who is told of decisions."""
