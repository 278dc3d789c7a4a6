"""What corrections teach, whose memory is recalled, and what that does to the next reading."""

from msgspec.structs import replace

from operators.extraction.hints import Hints, index_of
from operators.extraction.labels import labels_in
from operators.extraction.lesson_learned import of_approval
from operators.extraction.memory import LabelKnown, Learned, Mark, VendorMemory
from operators.extraction.memory_learned import learned
from operators.extraction.memory_lesson import lesson
from operators.extraction.memory_recall import Memories, recall
from operators.extraction.memory_shown import Shown
from operators.extraction.record import FieldRemembered, MemoryUse
from operators.extraction.rows import rows_of
from operators.extraction.understand import understand
from operators.invoice import Account, Invoice, Party, Payment, Totals
from operators.money import parse
from tests.unit.extraction_pages import field_of
from tests.unit.vendor_memory import pages_of, read_with, recalled, taught

RECEIPT = """
      {name}
            789417-W
 NO.53 55,57 & 59, JALAN SAGU 18,
       81100 JOHOR BAHRU,
 Tel: {phone}
 Slip TD0116{number}
 Date:         {day}/12/2018 8:13:39 PM
 KF MODELLING CLAY           {one}
 GLUE                        5.50
 {label} :         {total}
 Cash                       50.00
"""
NAME = "BOOK TA .K (TAMAN DAYA) SDN BHD"
FIRST = RECEIPT.format(
    name="B0OKTA.K(TAMANDAYA)SDNBHO", phone="07-3551234", number="7104", day=25, one="9.00",
    label="To settle", total="14.50",
)  # fmt: skip
NEXT = RECEIPT.format(
    name="BQOK TA .K (TAMAN DAYA) SDN BHO", phone="07-3551234", number="7999", day=26,
    one="4.00", label="To settle", total="9.50",
)  # fmt: skip
LEARNED = Learned("req-1", 1, "anna", 1_000)


def corrected(read: Invoice) -> Invoice:
    totals = Totals(gross=parse("14.50"), payable=parse("14.50"))
    return replace(read, seller=replace(read.seller, name=NAME), totals=totals, number="TD01167104")


def test_the_name_that_was_corrected_is_that_of_the_next_document() -> None:
    found = read_with(NEXT, [taught(FIRST, corrected)])

    assert found.understood.invoice.seller.name == NAME
    name = field_of(found.understood, "seller.name")
    assert (name.obtained, name.page) == ("MEMORY", 1)
    assert name.confidence > 0.98


def test_a_value_is_taken_at_the_label_that_was_learned() -> None:
    memory = taught(FIRST, corrected)

    found = read_with(NEXT, [memory])

    assert "to settle" in [each.phrase for each in memory.labels if each.field == "totals.gross"]
    assert found.understood.invoice.totals.gross == parse("9.50")
    total = field_of(found.understood, "totals.gross")
    assert (total.text, total.obtained) == ("9.50", "RAPIDOCR")
    assert FieldRemembered("totals.gross", "req-1") in found.use.fields


def test_a_label_that_led_to_a_wrong_value_is_forgotten() -> None:
    memory = taught(FIRST, corrected)
    wrong = LabelKnown("totals.gross", "cash", 1, 0.5, 0.5, LEARNED)
    misled = replace(memory, labels=(wrong,))

    after = taught(NEXT, lambda read: replace(
        read, totals=Totals(gross=parse("9.50"), payable=parse("9.50"))
    ), before=misled)  # fmt: skip

    assert read_with(NEXT, [misled]).understood.invoice.totals.gross == parse("50.00")
    assert "cash" not in [each.phrase for each in after.labels]
    assert read_with(NEXT, [after]).understood.invoice.totals.gross == parse("9.50")


def test_what_is_corrected_again_is_confirmed_where_it_was_learned_first() -> None:
    memory = taught(FIRST, corrected)

    again = taught(FIRST, corrected, before=memory, by=Learned("req-2", 1, "ben", 2_000))

    name = next(each for each in again.facts if each.field == "seller.name")
    assert (name.learned.request_id, name.learned.confirmed) == ("req-1", 1)
    assert again.updated_at == 2_000


def test_an_approval_confirms_what_the_memory_had_a_part_in() -> None:
    memory = taught(FIRST, corrected)
    use = MemoryUse("V-1", ("name",), (FieldRemembered("seller.name", "req-1"),))

    after = learned(memory, of_approval(use, LEARNED))

    assert after is not None
    confirmed = {each.field: each.learned.confirmed for each in after.facts}
    assert confirmed["seller.name"] == 1
    assert confirmed["seller.address.city"] == 0


def test_a_newer_name_takes_the_place_of_an_older_one() -> None:
    memory = taught(FIRST, corrected)

    after = taught(
        NEXT,
        lambda read: replace(read, seller=replace(read.seller, name="NEW BOOK SHOP")),
        before=memory,
    )

    assert after.fact("seller.name") == "NEW BOOK SHOP"


def test_what_a_person_takes_away_is_no_longer_known() -> None:
    memory = taught(
        FIRST,
        lambda read: replace(corrected(read), currency="MYR"),
    )

    after = taught(NEXT, lambda read: replace(corrected(read), currency=None), before=memory)

    assert memory.fact("currency") == "MYR"
    assert after.fact("currency") is None


def test_a_chain_shares_its_name_and_no_address() -> None:
    branch = NEXT.replace("NO.53 55,57 & 59, JALAN SAGU 18", "LOT 7, PERSIARAN MAHKOTA").replace(
        "81100 JOHOR BAHRU", "47000 SUNGAI BULOH"
    )

    invoice = read_with(branch, [taught(FIRST, corrected)]).understood.invoice

    assert invoice.seller.name == NAME
    assert invoice.seller.address is not None
    assert invoice.seller.address.postcode == "47000"


def test_another_shop_with_the_same_telephone_is_not_taken_for_it() -> None:
    other = NEXT.replace("BQOK TA .K (TAMAN DAYA) SDN BHO", "FLOWER LANE ENTERPRISE").replace(
        "789417-W", "555111-K"
    )

    assert recalled(other, [taught(FIRST, corrected)]) is None


def test_two_vendors_that_are_equally_likely_are_none() -> None:
    one, two = taught(FIRST, corrected), taught(FIRST, corrected, vendor_id="V-2")

    assert recalled(NEXT, [one, two]) is None


def test_a_company_of_another_form_is_another_one() -> None:
    text = INVOICE.format(iban=KNOWN).replace("Tel. 0431 778899", "")
    bare = text.replace("USt-IdNr. DE136695976", "").replace(f"IBAN: {KNOWN}", "")
    memory = taught(bare, lambda read: read)

    assert memory.fact("seller.name") == "Nagel und Schraube GmbH"
    assert recalled(bare, [memory]) is not None
    assert recalled(bare.replace("GmbH", "AG"), [memory]) is None


def test_the_upload_says_which_of_them_it_is() -> None:
    one, two = taught(FIRST, corrected), taught(FIRST, corrected, vendor_id="V-2")

    found = recalled(NEXT, [one, two], vendor_id="V-2")

    assert found is not None
    assert found.memory.vendor_id == "V-2"


def test_a_vat_identifier_of_somebody_else_speaks_against_everything() -> None:
    marks = (Mark("vat_id", "de136695976", LEARNED), Mark("name", "bookshop", LEARNED))
    memory = VendorMemory("V-1", 0, marks=marks)
    memories = Memories({"name bookshop": (memory,)}, {"V-1": memory})

    assert recall(Shown((), ("bookshop",), None), memories) is not None
    assert recall(Shown((), ("bookshop",), "de129273398"), memories) is None


def account(iban: str) -> tuple[Payment, ...]:
    return (Payment(account=Account(iban)),)


INVOICE = """
Nagel und Schraube GmbH                    Tel. 0431 778899
Rechnung Nr. 4711
Rechnungsdatum 03.02.2026
USt-IdNr. DE136695976
Gesamtbetrag                     EUR 119,00
IBAN: {iban}
"""
KNOWN = "DE89 3704 0044 0532 0130 00"


def test_another_valid_account_stays_as_it_was_read() -> None:
    memory = taught(INVOICE.format(iban=KNOWN), lambda read: read)
    other = "DE34 7007 0010 0156 9193 01"

    found = read_with(INVOICE.format(iban=other), [memory]).understood

    assert memory.fact("payments[0].account.id") == "DE89370400440532013000"
    assert found.invoice.payments == account(other.replace(" ", ""))


def test_a_misread_account_is_known() -> None:
    memory = taught(INVOICE.format(iban=KNOWN), lambda read: read)

    found = read_with(INVOICE.format(iban="DE89 3704 0044 0532 0180 00"), [memory]).understood

    assert found.invoice.payments == account("DE89370400440532013000")
    assert field_of(found, "payments[0].account.id").obtained == "MEMORY"


def test_an_identifier_that_a_document_lacks_stays_missing() -> None:
    memory = taught(INVOICE.format(iban=KNOWN), lambda read: read)
    without = INVOICE.format(iban=KNOWN).replace("USt-IdNr. DE136695976", "")

    assert memory.fact("seller.vat_id") == "DE136695976"
    assert read_with(without, [memory]).understood.invoice.seller.vat_id is None


def test_the_buyers_identifiers_are_no_marks_of_the_seller() -> None:
    text = INVOICE.format(iban=KNOWN) + "\nIhre USt-IdNr. DE129273398\n"

    known = taught(text, lambda read: replace(read, buyer=Party(name="We", vat_id="DE129273398")))
    unsaid = taught(text, lambda read: replace(read, buyer=Party(name="We")))

    for memory in (known, unsaid):
        identifiers = [each.value for each in memory.marks if each.kind == "vat_id"]
        assert identifiers == ["de136695976"]


def test_labels_that_do_not_fit_a_document_are_left_alone() -> None:
    other_layout = NEXT.replace(
        " To settle :         9.50", " To settle by 31 May\n Total :       9.50"
    )

    found = read_with(other_layout, [taught(FIRST, corrected)])

    assert found.understood.invoice.totals.gross == parse("9.50")
    assert "totals.gross" not in [each.field for each in found.use.fields]


def test_a_value_elsewhere_is_no_surer_for_a_label_that_is_known() -> None:
    memory = taught(FIRST, corrected)
    elsewhere = LabelKnown("issue_date", "glue", 1, 0.5, 0.5, LEARNED)
    plain = replace(memory, labels=())

    one = read_with(NEXT, [replace(plain, labels=(elsewhere,))]).understood
    other = read_with(NEXT, [plain]).understood

    assert field_of(one, "issue_date").confidence == field_of(other, "issue_date").confidence


def test_a_word_that_is_learned_is_not_found_in_a_longer_label() -> None:
    text = """
 Grand total            12.34
 Total                  12.35
"""
    (row, below) = rows_of(pages_of(text))
    own = index_of(Hints({"payable": ("total",)}))

    assert [label.own for label in labels_in(row, own=own)] == [False]
    assert [label.fields for label in labels_in(below, own=own)] == [("payable",)]


def test_what_names_the_amount_due_names_the_total_that_is_the_same() -> None:
    pages = pages_of(FIRST)
    read = understand(pages, "RAPIDOCR").invoice
    right = corrected(read)
    read = replace(read, totals=replace(right.totals, payable=None))

    found = lesson(pages, "RAPIDOCR", read, right, None, sure=("totals.gross",))

    named = {each.field: each.phrase for each in found.labels}
    assert named["totals.payable"] == named["totals.gross"] == "to settle"


def test_a_misread_name_in_the_known_street_is_enough() -> None:
    without = {"789417-W": "", "Tel: 07-3551234": ""}
    bare = NEXT
    for text, other in without.items():
        bare = bare.replace(text, other)
    elsewhere = bare.replace("NO.53 55,57 & 59, JALAN SAGU 18", "LOT 7, PERSIARAN MAHKOTA")
    memory = taught(FIRST, corrected)
    mark = next(each for each in memory.marks if each.kind == "name")
    misread = replace(memory, marks=(replace(mark, value="bookdaktamandaya"),))

    found = recalled(bare, [misread])

    assert found is not None
    assert set(found.by) == {"address", "name"}
    assert recalled(elsewhere, [misread]) is None
