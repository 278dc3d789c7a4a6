"""What has to be sure before a document is decided without a person."""

import pytest

from operators.extraction.gate import NEEDED, Action, Gates, Step, next_step, too_doubtful
from operators.extraction.understood import FieldRead

GATES = Gates(accept=0.98, second_reading=0.90, model=0.80)


def read(**confidences: float) -> list[FieldRead]:
    """What an invoice needs, surely read, but for what is given, with __ for a dot."""
    sure = dict.fromkeys(NEEDED["INVOICE"], 0.99)
    sure |= {field.replace("__", "."): p for field, p in confidences.items()}
    return [FieldRead(field, p, "TEXT_LAYER") for field, p in sure.items() if p]


@pytest.mark.parametrize(
    ("confidence", "action"),
    [(0.98, "ACCEPT"), (0.97, "SECOND_READING"), (0.90, "SECOND_READING"), (0.89, "MODEL")],
)
def test_the_least_sure_field_says_what_comes_next(confidence: float, action: Action) -> None:
    step = next_step(read(totals__gross=confidence), "INVOICE", GATES, ())

    assert step.action == action
    assert step.doubtful == (() if action == "ACCEPT" else ("totals.gross",))


def test_what_is_less_sure_than_a_model_may_mend_is_for_a_person() -> None:
    fields = read(totals__gross=0.79, number=0.95)

    assert next_step(fields, "INVOICE", GATES, ()) == Step("PERSON", ("totals.gross", "number"))


def test_a_model_looks_for_what_is_missing() -> None:
    assert next_step(read(number=0), "INVOICE", GATES, ()) == Step("MODEL", ("number",))


def test_nothing_is_tried_twice_and_then_a_person_is_asked() -> None:
    fields = read(number=0.95)
    tried: list[Action] = ["SECOND_READING"]

    assert next_step(fields, "INVOICE", GATES, tried).action == "MODEL"
    tried.append("MODEL")
    assert next_step(fields, "INVOICE", GATES, tried).action == "PERSON"


def test_a_receipt_needs_no_number() -> None:
    assert next_step(read(number=0), "RECEIPT", GATES, ()).action == "ACCEPT"


def test_an_account_has_to_be_sure_where_there_is_one() -> None:
    fields = [*read(), FieldRead("payments[0].account.id", 0.91, "TESSERACT")]

    assert next_step(fields, "INVOICE", GATES, ()).doubtful == ("payments[0].account.id",)


def test_what_asks_for_no_money_is_for_a_person() -> None:
    assert next_step(read(), "OTHER", GATES, ()).action == "PERSON"


def test_a_doubtful_field_that_nobody_needs_is_left_out() -> None:
    fields = [*read(), FieldRead("lines[0].name", 0.5, "TESSERACT")]

    assert next_step(fields, "INVOICE", GATES, ()).action == "ACCEPT"
    assert too_doubtful(fields, "INVOICE", GATES) == ("lines[0].name",)


def test_how_a_receipts_total_is_made_up_holds_nothing_back_and_is_used_only_where_sure() -> None:
    fields = [*read(), FieldRead("totals.tax", 0.95, "TESSERACT")]

    assert next_step(fields, "INVOICE", GATES, ()).doubtful == ("totals.tax",)
    assert next_step(fields, "RECEIPT", GATES, ()).action == "ACCEPT"
    assert too_doubtful(fields, "RECEIPT", GATES) == ("totals.tax",)
    assert too_doubtful(fields, "INVOICE", GATES) == ()


def test_an_unsure_number_of_a_receipt_holds_nothing_back() -> None:
    fields = read(number=0.9)

    assert next_step(fields, "RECEIPT", GATES, ()).action == "ACCEPT"
    assert next_step(fields, "INVOICE", GATES, ()).doubtful == ("number",)
