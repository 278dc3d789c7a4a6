"""How a second reading of a document changes what the first one is worth."""

import random

import pytest

from operators.extraction.second_reading import confirmed, one_of_two
from operators.extraction.understood import FieldRead, Understood
from operators.invoice import Invoice, Party, Totals


def understood(
    confidence: float, *, number: str | None = None, currency: str | None = None
) -> Understood:
    invoice = Invoice(
        number=number, currency=currency, seller=Party(), buyer=Party(), totals=Totals()
    )
    given = {"number": number, "currency": currency}
    fields = [FieldRead(each, confidence, "TESSERACT") for each, value in given.items() if value]
    return Understood(invoice, tuple(fields))


def test_what_both_readings_say_is_as_sure_as_if_it_had_been_typed() -> None:
    found = confirmed(
        understood(0.93, number="R-1"), understood(0.91, number="R-1"), {"number": 0.985}
    )

    assert found[0].confidence == 0.985
    assert found[0].obtained == "TESSERACT"


def test_what_both_readings_take_for_a_value_by_a_weak_label_is_no_surer() -> None:
    found = confirmed(
        understood(0.93, number="R-1"), understood(0.91, number="R-1"), {"number": 0.90}
    )

    assert found[0].confidence == 0.93


def test_what_the_readings_do_not_agree_on_is_less_sure_than_before() -> None:
    found = confirmed(understood(0.93, number="R-1"), understood(0.91, number="R-7"), {})

    assert found[0].confidence < 0.6


def test_a_reading_that_is_silent_on_a_field_changes_nothing() -> None:
    found = confirmed(understood(0.93, number="R-1"), understood(0.91, currency="EUR"), {})

    assert [each.confidence for each in found] == [0.93]


@pytest.mark.parametrize("nobody", [0.0, 1.0])
def test_certainty_divides_by_nothing(nobody: float) -> None:
    assert 0 <= one_of_two(nobody, nobody) <= 1


def test_the_rule_is_right_about_readings_that_err_by_chance() -> None:
    """A hundred thousand readings of digits by two engines, right at 0.9 and 0.7 of them."""
    rng = random.Random(1)
    differed: list[bool] = []
    for _ in range(100_000):
        one = 0 if rng.random() < 0.9 else rng.randrange(1, 11)
        other = 0 if rng.random() < 0.7 else rng.randrange(1, 11)
        if one != other:
            differed.append(one == 0)

    assert sum(differed) / len(differed) == pytest.approx(one_of_two(0.9, 0.7), abs=0.01)
