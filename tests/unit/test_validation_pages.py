"""Which rules hold for invoices that were read from pages."""

from msgspec.structs import replace

from operators.invoice import PAGE, RECEIPT, Invoice, Line, Party, Totals
from operators.money import parse
from operators.reference import RuleSetting
from operators.validation import RULES, judge
from operators.validation.pages import SEVERITIES
from tests.unit.validation_subject import INVOICE, POLICY, TAX_RATES, TODAY

SEEN = Invoice(
    syntax=PAGE,
    number="R-7",
    issue_date=INVOICE.issue_date,
    currency="EUR",
    seller=Party(name="Nordlicht Werkzeuge GmbH", vat_id="DE136695976"),
    buyer=Party(),
    lines=(Line(name="Nails", net=parse("100")),),
    totals=Totals(net=parse("100"), tax=parse("19"), gross=parse("119"), payable=parse("119")),
)


def broken(invoice: Invoice, **policy: object) -> dict[str, str]:
    found = judge(invoice, replace(POLICY, **policy), TAX_RATES, TODAY)
    return {each.rule_id: each.severity for each in found.violations}


def test_a_page_needs_no_codes_and_identifiers_of_electronic_invoices() -> None:
    found = broken(SEEN)
    assert "ERROR" not in found.values()
    assert not {"BR-01", "BR-21", "BR-23", "BR-49", "BR-11", "BR-CO-04"} & found.keys()
    assert broken(replace(SEEN, syntax=None))["BR-21"] == "ERROR"


def test_what_the_directive_asks_for_and_may_have_been_misread_is_a_warning() -> None:
    found = broken(SEEN)
    assert (found["BR-07"], found["BR-08"], found["BR-10"]) == ("WARNING", "WARNING", "WARNING")


def test_a_receipt_names_neither_number_nor_buyer() -> None:
    found = broken(replace(SEEN, syntax=RECEIPT, number=None))
    assert not {"BR-02", "BR-07", "BR-08", "BR-10"} & found.keys()
    assert broken(replace(SEEN, number=None))["BR-02"] == "ERROR"


def test_totals_that_do_not_add_up_are_an_error_and_lines_that_do_not_a_warning() -> None:
    totals = replace(SEEN.totals, lines_net=parse("90"), gross=parse("120"), payable=parse("120"))
    found = broken(replace(SEEN, totals=totals))
    assert (found["BR-CO-15"], found["BR-CO-10"]) == ("ERROR", "WARNING")


def test_the_policy_has_the_last_word_on_pages_too() -> None:
    rules = (RuleSetting("BR-07", "ERROR"), RuleSetting("BR-08", "OFF"))
    found = broken(SEEN, rules=rules)
    assert found["BR-07"] == "ERROR"
    assert "BR-08" not in found


def test_every_rule_of_pages_is_one_that_there_is() -> None:
    known = {rule.rule_id for rule in RULES}
    assert {rule_id for of_pages in SEVERITIES.values() for rule_id in of_pages} <= known


def test_a_receipt_need_not_say_its_vat_but_what_it_says_has_to_add_up() -> None:
    receipt = replace(SEEN, syntax=RECEIPT)
    unsaid = replace(receipt, totals=replace(receipt.totals, net=None, tax=None))
    wrong = replace(receipt, totals=replace(receipt.totals, tax=parse("1")))
    sums = {"BR-CO-14", "BR-CO-15"}

    assert not broken(unsaid).keys() & sums
    assert broken(replace(unsaid, syntax=PAGE)).keys() & sums
    assert broken(wrong).keys() & sums
