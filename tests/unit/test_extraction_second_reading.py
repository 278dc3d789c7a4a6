"""How a second reading of a document changes what the first one is worth."""

import random

import pytest

from operators.extraction.second_reading import both_say, confirmed, one_of_two
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


def test_what_both_readings_say_is_surer_than_either() -> None:
    found = confirmed(understood(0.93, number="R-1"), understood(0.91, number="R-1"))

    assert found[0].confidence > 0.99
    assert found[0].obtained == "TESSERACT"


def test_what_the_readings_do_not_agree_on_is_less_sure_than_before() -> None:
    found = confirmed(understood(0.93, number="R-1"), understood(0.91, number="R-7"))

    assert found[0].confidence < 0.6


def test_a_reading_that_is_silent_on_a_field_changes_nothing() -> None:
    found = confirmed(understood(0.93, number="R-1"), understood(0.91, currency="EUR"))

    assert [each.confidence for each in found] == [0.93]


@pytest.mark.parametrize("nobody", [0.0, 1.0])
def test_certainty_divides_by_nothing(nobody: float) -> None:
    assert 0 <= both_say(nobody, 1 - nobody) <= 1
    assert 0 <= one_of_two(nobody, nobody) <= 1


def test_the_rules_are_right_about_readings_that_err_by_chance() -> None:
    """A hundred thousand readings of digits by two engines, right at 0.9 and 0.7 of them."""
    rng = random.Random(1)
    agreed: list[bool] = []
    differed: list[bool] = []
    for _ in range(100_000):
        one = 0 if rng.random() < 0.9 else rng.randrange(1, 11)
        other = 0 if rng.random() < 0.7 else rng.randrange(1, 11)
        (agreed if one == other else differed).append(one == 0)

    assert sum(agreed) / len(agreed) == pytest.approx(both_say(0.9, 0.7), abs=0.005)
    assert sum(differed) / len(differed) == pytest.approx(one_of_two(0.9, 0.7), abs=0.01)
