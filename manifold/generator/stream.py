"""The stream of invoices: most of them right, some with one known fault."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from manifold.generator.billing import Bill, Extras, allowances_charges, bill
from manifold.generator.countries import iban
from manifold.generator.distortion import Distortion, VendorHistory
from manifold.generator.faults import FINDINGS, Fault
from manifold.generator.orders import Delivery
from manifold.generator.price_list import PriceList
from manifold.generator.world import World
from operators.decision import Branch, DecisionStatus
from operators.invoice import Account, Invoice, Party, Payment
from operators.money import CENT, ONE, render
from operators.time import DAY, Instant
from operators.upload import InvoiceUploaded, Metadata, Origin

_EPOCH = date(1970, 1, 1).toordinal()
_ORIGINS: tuple[Origin, ...] = ("API", "API", "EDI", "EDI", "EMAIL", "PORTAL")
_TERMS = (14, 30, 30, 60)


class Sample(Struct, frozen=True):
    """An upload, and what is known about it."""

    upload: InvoiceUploaded
    """What a producer would send."""
    fault: Fault | None = None
    """The fault put in; None when the invoice is right."""
    branch: Branch | None = None
    """The branch that must find it."""
    expected: str | None = None
    """What that branch must answer."""
    also: tuple[Branch, ...] = ()
    """Other branches that may see it too."""
    decision: DecisionStatus = "APPROVED"
    """The complete decision that must come of it."""


def invoices(
    world: World,
    seed: int,
    count: int,
    start: Instant,
    fault_rate: float = 0.2,
    interval_ms: float = 5.0,
) -> Iterator[Sample]:
    """The first `count` invoices on a world's deliveries, uploaded from `start` on.

    The same arguments give the same stream. One world serves one stream, since what has been
    billed once cannot be billed again. Raises ValueError when the world is too small.
    """
    if count > len(world.deliveries):
        raise ValueError(
            f"the world holds {len(world.deliveries)} deliveries, not {count}; "
            f"build it with world(seed, {count}, today)"
        )
    return _Stream(world, seed, fault_rate).samples(count, start, interval_ms)


class _Stream:
    def __init__(self, world: World, seed: int, fault_rate: float) -> None:
        self.world = world
        self.rng = Random(f"{seed}/{world.tag}")
        self.fault_rate = fault_rate
        self.prices = PriceList(world)
        self.distortion = Distortion(world, self.prices, self.rng)
        self.rates = {rate.currency: rate.rate for rate in world.exchange_rates}
        self.histories = {vendor.vendor_id: VendorHistory() for vendor in world.vendors}

    def samples(self, count: int, start: Instant, interval_ms: float) -> Iterator[Sample]:
        for index in range(count):
            delivery = self.world.deliveries[index]
            yield self.sample(index, delivery, start + int(index * interval_ms))

    def sample(self, index: int, delivery: Delivery, at: Instant) -> Sample:
        rng = self.rng
        order = delivery.order
        history = self.histories[order.vendor_id]
        entries = self.prices.entries(delivery, rng)
        extras = self.extras(order.currency)
        fault: Fault | None = None
        if rng.random() < self.fault_rate and self.prices.certain(order.vendor_id):
            fault = self.distortion.distort(delivery, entries, extras, history)
        history.sent += 1
        number = f"{order.vendor_id[1:]}/{history.sent:05d}"
        made = bill(entries, extras)
        day = _EPOCH + at // DAY - int(rng.random() * 10)
        in_base = self.distortion.in_base(made, order.currency)
        day = history.fresh_day(made.totals.payable or 0, in_base, day)
        if fault in ("unusual_amount", "just_below_limit"):
            history.huge_days.append(day)
        else:
            history.amounts.append(in_base)
        invoice = self.invoice(delivery, made, extras, number, date.fromordinal(day))
        if fault is None:
            history.correct_number = number
            self.prices.bought(order.vendor_id)
        else:
            invoice = self.misstated(fault, invoice, order.vendor_id, history)
        upload = InvoiceUploaded(
            request_id=_request_id(rng),
            invoice_id=f"{self.world.tag}-{index + 1:07d}",
            vendor_id=order.vendor_id,
            origin=_ORIGINS[int(rng.random() * len(_ORIGINS))],
            uploaded_at=at,
            invoice=invoice,
            metadata=Metadata(invoice.totals.payable, order.currency, invoice.issue_date),
        )
        if fault is None:
            return Sample(upload)
        finding = FINDINGS[fault]
        return Sample(upload, fault, finding.branch, finding.status, finding.also, finding.decision)

    def extras(self, currency: str) -> Extras:
        rng = self.rng
        # A Polish seller accounts for VAT in the currency it invoices in.
        foreign = currency not in (self.world.policy.base_currency, "PLN")
        return Extras(
            allowance_percent=ONE * (1 + int(rng.random() * 2)) if rng.random() < 0.1 else 0,
            freight=int(490 + rng.random() * 1500) * CENT if rng.random() < 0.15 else 0,
            prepaid_percent=10 * ONE if rng.random() < 0.03 else 0,
            tax_exchange_rate=self.rates[currency] if foreign else 0,
        )

    def invoice(
        self, delivery: Delivery, made: Bill, extras: Extras, number: str, day: date
    ) -> Invoice:
        order, receipt = delivery.order, delivery.receipt
        seller, buyer = self.world.parties[order.vendor_id]
        agreement = self.prices.agreements.get(order.vendor_id)
        terms = _TERMS[int(self.rng.random() * len(_TERMS))]
        offered = ""
        if agreement is not None:
            terms = agreement.payment_days or terms
            offered = "".join(
                f"#SKONTO#TAGE={each.days}#PROZENT={render(each.percent)}#\n"
                for each in agreement.cash_discounts
            )
        return Invoice(
            number=number,
            issue_date=day,
            type_code="380",
            currency=order.currency,
            tax_currency=self.world.policy.base_currency if extras.tax_exchange_rate else None,
            due_date=day + timedelta(days=terms),
            contract=f"C{order.vendor_id[1:]}",
            purchase_order=order.purchase_order,
            goods_receipt=receipt.goods_receipt,
            delivery_date=receipt.received_on,
            customization="urn:cen.eu:en16931:2017",
            payments=(Payment(means="30", account=Account(self.world.accounts[order.vendor_id])),),
            payment_terms=f"{offered}{terms} days net",
            seller=seller,
            buyer=buyer,
            allowances_charges=allowances_charges(made, extras),
            lines=made.lines,
            vat_breakdown=made.vat_breakdown,
            totals=made.totals,
        )

    def misstated(
        self, fault: Fault, invoice: Invoice, vendor_id: str, history: VendorHistory
    ) -> Invoice:
        """The invoice with those faults that lie in its number, dates and parties."""
        match fault:
            case "duplicate_number":
                return replace(invoice, number=history.correct_number)
            case "missing_number":
                return replace(invoice, number=None)
            case "missing_buyer":
                return replace(invoice, buyer=Party())
            case "bad_iban_check_digit":
                return _paid_to(invoice, _miswritten)
            case "changed_account":
                other = iban(self.prices.countries[vendor_id], self.rng)
                return _paid_to(invoice, lambda _: other)
            case "shorter_terms" if invoice.issue_date:
                soon = invoice.issue_date + timedelta(days=7)
                return replace(invoice, due_date=soon, payment_terms="7 days net")
            case "future_date" if invoice.issue_date and invoice.due_date:
                later = timedelta(days=45)
                return replace(
                    invoice,
                    issue_date=invoice.issue_date + later,
                    due_date=invoice.due_date + later,
                )
            case _:
                return invoice


def _paid_to(invoice: Invoice, other: Callable[[str], str]) -> Invoice:
    """The invoice with another account in place of each."""
    payments = (
        replace(each, account=Account(other(each.account.id)))
        if each.account and each.account.id
        else each
        for each in invoice.payments
    )
    return replace(invoice, payments=tuple(payments))


def _miswritten(account: str) -> str:
    """The account number with its second check digit one higher, which can never be right."""
    return f"{account[:3]}{(int(account[3]) + 1) % 10}{account[4:]}"


def _request_id(rng: Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
