"""Each rule holds on a correct invoice and is broken by the fault it is about."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from operators.invoice import (
    Address,
    Identifier,
    Invoice,
    ItemAttribute,
    Period,
    PrecedingInvoice,
    SupportingDocument,
    TaxRepresentative,
)
from operators.money import CENT, ONE, parse
from operators.validation import RULES
from tests.unit.validation_subject import (
    BUYER,
    INVOICE,
    SELLER,
    at,
    broken,
    changed,
    judged,
    of_category,
)


class Fault(NamedTuple):
    rule_id: str
    field: str | None
    """The field that is blamed."""
    changes: dict[str, Any]
    """What makes an invoice faulty."""
    invoice: Invoice = INVOICE


def lacking(rule_id: str, path: str, blamed: str | None = None) -> Fault:
    return Fault(rule_id, blamed or path, {path: None})


THIRD = parse("0.001")
ACCOUNT = "payments[0].account.id"
BACKWARDS = Period(date(2025, 3, 2), date(2025, 3, 1))
IN_CII = changed(INVOICE, "syntax", "CII")
REPRESENTED = changed(
    INVOICE,
    "tax_representative",
    TaxRepresentative("Vertreter", "DE136695976", Address(country="DE")),
)

FAULTS = [
    lacking("BR-01", "customization"),
    lacking("BR-02", "number"),
    Fault("BR-02", "number", {"number": " "}),
    lacking("BR-03", "issue_date"),
    lacking("BR-04", "type_code"),
    lacking("BR-05", "currency"),
    lacking("BR-06", "seller.name"),
    lacking("BR-07", "buyer.name"),
    lacking("BR-08", "seller.address"),
    lacking("BR-09", "seller.address.country"),
    lacking("BR-10", "buyer.address"),
    lacking("BR-11", "buyer.address.country"),
    lacking("BR-12", "totals.lines_net"),
    lacking("BR-13", "totals.net"),
    lacking("BR-14", "totals.gross"),
    lacking("BR-15", "totals.payable"),
    Fault("BR-16", "lines", {"lines": ()}),
    lacking("BR-21", "lines[1].id"),
    lacking("BR-22", "lines[1].quantity"),
    lacking("BR-23", "lines[1].unit"),
    lacking("BR-24", "lines[1].net"),
    lacking("BR-25", "lines[1].name"),
    lacking("BR-26", "lines[1].price"),
    Fault("BR-27", "lines[1].price", {"lines[1].price": -CENT}),
    Fault("BR-18", "tax_representative.name", {"tax_representative.name": None}, REPRESENTED),
    Fault("BR-19", "tax_representative.address", {"tax_representative.address": None}, REPRESENTED),
    Fault(
        "BR-20",
        "tax_representative.address.country",
        {"tax_representative.address.country": None},
        REPRESENTED,
    ),
    Fault("BR-28", "lines[1].gross_price", {"lines[1].gross_price": -CENT}),
    Fault("BR-29", "period.end", {"period": BACKWARDS}),
    Fault("BR-30", "lines[1].period.end", {"lines[1].period": BACKWARDS}),
    lacking("BR-31", "allowances_charges[0].amount"),
    lacking("BR-32", "allowances_charges[0].vat_category"),
    lacking("BR-33", "allowances_charges[0].reason"),
    lacking("BR-36", "allowances_charges[1].amount"),
    lacking("BR-37", "allowances_charges[1].vat_category"),
    Fault("BR-38", "allowances_charges[1].reason", {"allowances_charges[1].reason_code": None}),
    lacking("BR-41", "lines[1].allowances_charges[0].amount"),
    lacking("BR-42", "lines[1].allowances_charges[0].reason"),
    lacking("BR-43", "lines[1].allowances_charges[1].amount"),
    lacking("BR-44", "lines[1].allowances_charges[1].reason"),
    lacking("BR-45", "vat_breakdown[1].taxable"),
    lacking("BR-46", "vat_breakdown[1].tax"),
    lacking("BR-47", "vat_breakdown[1].category"),
    lacking("BR-48", "vat_breakdown[1].rate"),
    Fault("BR-53", "totals.tax_accounting", {"tax_currency": "SEK"}),
    lacking("BR-49", "payments[0].means"),
    Fault("BR-50", "payments[0].account.id", {"payments[0].account.id": ""}),
    Fault("BR-51", "payments[0].card", {"payments[0].card": "4111111111111111"}),
    Fault(
        "BR-52",
        "supporting_documents[0].reference",
        {"supporting_documents": (SupportingDocument(),)},
    ),
    Fault("BR-54", "lines[1].attributes[0]", {"lines[1].attributes": (ItemAttribute("Farbe"),)}),
    Fault("BR-55", "preceding_invoices[0].number", {"preceding_invoices": (PrecedingInvoice(),)}),
    Fault("BR-56", "tax_representative.vat_id", {"tax_representative.vat_id": None}, REPRESENTED),
    Fault("BR-57", "delivery_address.country", {"delivery_address": Address(city="Wien")}),
    lacking("BR-61", "payments[0].account", "payments[0].account.id"),
    Fault("BR-62", "seller.endpoint", {"seller.endpoint": Identifier("1")}),
    Fault("BR-63", "buyer.endpoint", {"buyer.endpoint": Identifier("1")}),
    Fault("BR-64", "lines[1].standard_id", {"lines[1].standard_id": Identifier("1")}),
    Fault(
        "BR-65",
        "lines[1].classifications[0].scheme",
        {"lines[1].classifications": (Identifier("1"),)},
    ),
    Fault(
        "BR-CO-03",
        "tax_point_code",
        {"tax_point_date": date(2025, 3, 14), "tax_point_code": "35"},
    ),
    lacking("BR-CO-04", "lines[1].vat_category"),
    Fault("BR-CO-09", "seller.vat_id", {"seller.vat_id": "136695976"}),
    Fault("BR-CO-09", "buyer.vat_id", {"buyer.vat_id": "ZZ136695976"}),
    Fault("BR-CO-10", "totals.lines_net", {"lines[0].net": parse("125.01")}),
    Fault("BR-CO-11", "totals.allowances", {"totals.allowances": parse("10.01")}),
    lacking("BR-CO-11", "totals.allowances"),
    Fault("BR-CO-12", "totals.charges", {"totals.charges": parse("5.99")}),
    lacking("BR-CO-12", "totals.charges"),
    Fault("BR-CO-13", "totals.net", {"totals.net": parse("204.67")}),
    Fault("BR-CO-14", "totals.tax", {"totals.tax": parse("35.90")}),
    Fault("BR-CO-15", "totals.gross", {"totals.gross": parse("240.58")}),
    Fault("BR-CO-16", "totals.payable", {"totals.payable": parse("200.61")}),
    Fault("BR-CO-17", "vat_breakdown[0].tax", {"vat_breakdown[0].tax": parse("35.14")}),
    Fault("BR-CO-17", "vat_breakdown[0].tax", {"vat_breakdown[0].rate": 0}),
    Fault("BR-CO-18", "vat_breakdown", {"vat_breakdown": ()}),
    Fault(
        "BR-CO-26",
        "seller",
        {"seller.vat_id": None, "seller.identifier": None, "seller.legal_id": None},
    ),
    Fault("BR-CO-19", "period", {"period": Period()}),
    Fault("BR-CO-20", "lines[1].period", {"lines[1].period": Period()}),
    lacking("BR-CO-21", "allowances_charges[0].reason"),
    Fault("BR-CO-22", "allowances_charges[1].reason", {"allowances_charges[1].reason_code": None}),
    lacking("BR-CO-23", "lines[1].allowances_charges[0].reason"),
    lacking("BR-CO-24", "lines[1].allowances_charges[1].reason"),
    *(
        Fault(rule_id, path, {path: (at(INVOICE, path) or 0) + THIRD})
        for rule_id, path in {
            "BR-DEC-01": "allowances_charges[0].amount",
            "BR-DEC-02": "allowances_charges[0].base_amount",
            "BR-DEC-05": "allowances_charges[1].amount",
            "BR-DEC-06": "allowances_charges[1].base_amount",
            "BR-DEC-09": "totals.lines_net",
            "BR-DEC-10": "totals.allowances",
            "BR-DEC-11": "totals.charges",
            "BR-DEC-12": "totals.net",
            "BR-DEC-14": "totals.gross",
            "BR-DEC-16": "totals.prepaid",
            "BR-DEC-17": "totals.rounding",
            "BR-DEC-18": "totals.payable",
            "BR-DEC-19": "vat_breakdown[0].taxable",
            "BR-DEC-20": "vat_breakdown[0].tax",
            "BR-DEC-23": "lines[1].net",
            "BR-DEC-24": "lines[1].allowances_charges[0].amount",
            "BR-DEC-25": "lines[1].allowances_charges[0].base_amount",
            "BR-DEC-27": "lines[1].allowances_charges[1].amount",
            "BR-DEC-28": "lines[1].allowances_charges[1].base_amount",
        }.items()
    ),
    Fault("BR-DEC-13", "totals.tax", {"totals.tax": THIRD}, IN_CII),
    Fault(
        "BR-DEC-15",
        "totals.tax_accounting",
        {"tax_currency": "SEK", "totals.tax_accounting": THIRD},
        IN_CII,
    ),
    Fault("BR-CL-01", "type_code", {"type_code": "999"}),
    Fault("BR-CL-06", "tax_point_code", {"tax_point_code": "9"}),
    Fault(
        "BR-CL-13",
        "lines[1].classifications[0].scheme",
        {"lines[1].classifications": (Identifier("1", "?"),)},
    ),
    Fault("BR-CL-15", "lines[1].origin", {"lines[1].origin": "UK"}),
    Fault(
        "BR-CL-19", "allowances_charges[0].reason_code", {"allowances_charges[0].reason_code": "FC"}
    ),
    Fault(
        "BR-CL-20", "allowances_charges[1].reason_code", {"allowances_charges[1].reason_code": "95"}
    ),
    Fault(
        "BR-CL-21", "lines[1].standard_id.scheme", {"lines[1].standard_id": Identifier("1", "?")}
    ),
    Fault("BR-CL-22", "vat_breakdown[1].exemption_code", {"vat_breakdown[1].exemption_code": "?"}),
    Fault("BR-CL-23", "lines[1].unit", {"lines[1].unit": "piece"}),
    Fault("BR-CL-23", "lines[1].base_unit", {"lines[1].base_unit": "piece"}),
    Fault("BR-CL-25", "buyer.endpoint.scheme", {"buyer.endpoint": Identifier("1", "?")}),
    Fault("BR-CL-04", "currency", {"currency": "EURO"}),
    Fault("BR-CL-05", "tax_currency", {"tax_currency": "XYZ"}),
    Fault("BR-CL-14", "seller.address.country", {"seller.address.country": "UK"}),
    Fault("BR-CL-14", "buyer.address.country", {"buyer.address.country": "de"}),
    Fault("BR-CL-14", "delivery_address.country", {"delivery_address": Address(country="UK")}),
    Fault(
        "BR-CL-14",
        "tax_representative.address.country",
        {"tax_representative.address.country": "UK"},
        REPRESENTED,
    ),
    Fault("BR-CL-16", "payments[0].means", {"payments[0].means": "99"}),
    Fault("BR-CL-17", "vat_breakdown[1].category", {"vat_breakdown[1].category": "X"}),
    Fault(
        "BR-CL-17",
        "allowances_charges[0].vat_category",
        {"allowances_charges[0].vat_category": "X"},
    ),
    Fault("BR-CL-18", "lines[1].vat_category", {"lines[1].vat_category": "X"}),
    Fault("PEPPOL-EN16931-R005", "tax_currency", {"tax_currency": "EUR"}),
    Fault(
        "PEPPOL-EN16931-R040",
        "allowances_charges[0].amount",
        {"allowances_charges[0].amount": parse("10.03")},
    ),
    Fault("PEPPOL-EN16931-R046", "lines[1].price", {"lines[1].gross_price": parse("25")}),
    Fault("PEPPOL-EN16931-R120", "lines[1].net", {"lines[1].net": parse("58.73")}),
    Fault("PEPPOL-EN16931-R120", "lines[2].net", {"lines[2].base_quantity": ONE}),
    Fault("PEPPOL-EN16931-R121", "lines[2].base_quantity", {"lines[2].base_quantity": 0}),
    *(
        Fault("MF-IBAN", ACCOUNT, {ACCOUNT: account})
        for account in ("DE75512108001245126198", "OE75512108001245126", "1245126199")
    ),
    Fault(
        "MF-IBAN",
        "payments[0].debited_account",
        {"payments[0].debited_account": "AT611904300234573202"},
    ),
    Fault("MF-VATID", "seller.vat_id", {"seller.vat_id": "DE136695978"}),
    Fault("MF-VATID", "buyer.vat_id", {"buyer.vat_id": "ATU1358562"}),
    Fault("MF-DATE-FUTURE", "issue_date", {"issue_date": date(2025, 3, 24)}),
    Fault("MF-DATE-OLD", "issue_date", {"issue_date": date(2024, 3, 19)}),
    Fault("MF-DATE-DUE", "due_date", {"due_date": date(2025, 3, 13)}),
    Fault("MF-VAT-BREAKDOWN", "vat_breakdown", {"lines[2].vat_rate": parse("16")}),
    Fault("MF-VAT-RATE", "vat_breakdown[1].rate", {"vat_breakdown[1].rate": parse("16")}),
    Fault("MF-VAT-BASE", "vat_breakdown[1].taxable", {"vat_breakdown[1].taxable": parse("24.99")}),
    Fault("MF-VAT-TAX", "vat_breakdown[1].tax", {"vat_breakdown[1].tax": parse("1.74")}),
    Fault(
        "BR-IC-11",
        "delivery_date",
        {"delivery_date": None},
        of_category("K"),
    ),
    Fault("BR-IC-12", "delivery_address.country", {"delivery_address": None}, of_category("K")),
    Fault("MF-TOTALS", "totals", {"lacks": ("totals",)}),
    Fault("BR-B-01", "vat_breakdown", {"lines[1].vat_category": "B"}),
    Fault("BR-B-02", "vat_breakdown", {"lines[1].vat_category": "B"}),
]

CATEGORIES = {
    "S": "BR-S",
    "Z": "BR-Z",
    "E": "BR-E",
    "AE": "BR-AE",
    "K": "BR-IC",
    "G": "BR-G",
    "O": "BR-O",
    "L": "BR-AF",
    "M": "BR-AG",
}


def category_faults(code: str, prefix: str) -> list[Fault]:
    invoice = of_category(code)
    subtotal = invoice.vat_breakdown[0]
    unregistered = (
        {"seller": SELLER, "buyer": BUYER}
        if code == "O"
        else {"seller.vat_id": None, "seller.tax_id": None}
    )
    line_only = {"allowances_charges": ()}
    no_line = {"lines[0].vat_category": "X"}
    allowance_only = no_line | {"allowances_charges[1].vat_category": "X"}
    charge_only = no_line | {"allowances_charges[0].vat_category": "X"}
    wrong_rate = {"S": 0, "L": -ONE, "M": None, "O": 0}.get(code, ONE)
    exemption = None if subtotal.exemption_reason else "Grund"
    first = "vat_breakdown[0]"
    faults = [
        Fault(f"{prefix}-01", "vat_breakdown", {f"{first}.category": "X"}),
        Fault(f"{prefix}-02", "seller.vat_id", unregistered | line_only),
        Fault(f"{prefix}-03", "seller.vat_id", unregistered | allowance_only),
        Fault(f"{prefix}-04", "seller.vat_id", unregistered | charge_only),
        Fault(f"{prefix}-05", "lines[0].vat_rate", {"lines[0].vat_rate": wrong_rate}),
        Fault(
            f"{prefix}-06",
            "allowances_charges[0].vat_rate",
            {"allowances_charges[0].vat_rate": wrong_rate},
        ),
        Fault(
            f"{prefix}-07",
            "allowances_charges[1].vat_rate",
            {"allowances_charges[1].vat_rate": wrong_rate},
        ),
        Fault(f"{prefix}-08", f"{first}.taxable", {f"{first}.taxable": parse("101")}),
        Fault(f"{prefix}-09", f"{first}.tax", {f"{first}.tax": (subtotal.tax or 0) + ONE}),
        Fault(
            f"{prefix}-10", f"{first}.exemption_reason", {f"{first}.exemption_reason": exemption}
        ),
    ]
    if code in {"AE", "K"}:
        no_buyer = {"buyer.vat_id": None, "buyer.legal_id": None}
        faults.append(Fault(f"{prefix}-02", "seller.vat_id", no_buyer))
    if code not in {"S", "L", "M"}:
        twice = {"vat_breakdown": (subtotal, subtotal)}
        faults.append(Fault(f"{prefix}-01", "vat_breakdown", twice))
    if code == "O":
        place = "allowances_charges"
        rest = ("lines[0].vat_category", f"{place}[0].vat_category", f"{place}[1].vat_category")
        other_subtotal = changed(subtotal, "category", "E")
        faults.append(
            Fault("BR-O-11", "vat_breakdown", {"vat_breakdown": (subtotal, other_subtotal)})
        )
        faults += [
            Fault(f"BR-O-{number}", "vat_breakdown", {path: "E"})
            for number, path in zip((12, 13, 14), rest, strict=True)
        ]
    return [fault._replace(invoice=invoice) for fault in faults]


FAULTS += [fault for pair in CATEGORIES.items() for fault in category_faults(*pair)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule_id}-{fault.field}")
def test_a_fault_breaks_its_rule(fault: Fault) -> None:
    invoice = fault.invoice
    for path, value in fault.changes.items():
        invoice = changed(invoice, path, value)

    assert (fault.rule_id, fault.field) in broken(invoice)


def test_every_rule_has_a_fault() -> None:
    assert {rule.rule_id for rule in RULES} == {fault.rule_id for fault in FAULTS}


@pytest.mark.parametrize("code", CATEGORIES)
def test_a_correct_invoice_of_each_vat_category_breaks_nothing(code: str) -> None:
    assert broken(of_category(code)) == set()


def test_a_correct_invoice_breaks_nothing() -> None:
    judgement = judged(INVOICE)

    assert judgement.violations == ()
    assert judgement.status == "APPROVED"
    assert judgement.details.rules_checked == len({rule.rule_id for rule in RULES})


def test_every_rule_is_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")

    assert [rule.rule_id for rule in RULES if f"`{rule.rule_id}`" not in documented] == []
