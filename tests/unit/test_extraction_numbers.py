import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.extraction.numbers import Sign, decimal_sign, read, written_in
from operators.money import CENT, Amount, render

GROUPS = {",": (".", " ", "'", ""), ".": (",", " ", "'", "")}


def values(text: str, sign: Sign = ".", mend: bool = False) -> list[str]:
    return [render(each.amount) for each in read(written_in(text, mend), sign)]


def grouped(amount: Amount, group: str, sign: str) -> str:
    whole, decimals = render(abs(amount)).split(".")
    parts: list[str] = []
    while len(whole) > 3:
        parts.insert(0, whole[-3:])
        whole = whole[:-3]
    return ("-" if amount < 0 else "") + group.join([whole, *parts]) + sign + decimals


@given(
    amounts=st.lists(st.integers(-(10**9), 10**9).map(lambda n: n * CENT), min_size=1, max_size=8),
    sign=st.sampled_from([".", ","]),
    data=st.data(),
)
def test_amounts_written_in_any_one_format_are_read_back(
    amounts: list[Amount], sign: Sign, data: st.DataObject
) -> None:
    group = data.draw(st.sampled_from(GROUPS[sign]))
    written = [each for amount in amounts for each in written_in(grouped(amount, group, sign))]
    other: Sign = "," if sign == "." else "."
    found = read(written, decimal_sign(written, other))
    assert [each.amount for each in found] == amounts


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1'234.56", ".", "1234.56"),
        ("1’234.56", ".", "1234.56"),
        ("1234,5", ",", "1234.50"),
        ("-12.00", ".", "-12.00"),
        ("12,00-", ",", "-12.00"),
        ("(12.00)", ".", "-12.00"),
        ("€12", ".", "12.00"),
        ("12,-", ",", "12.00"),
        ("RM 12.50", ".", "12.50"),
        ("RM12.50", ".", "12.50"),
        ("-€ 5.00", ".", "-5.00"),
        ("€ -5.00", ".", "-5.00"),
        ("1,00,000.00", ".", "100000.00"),
        (".50", ".", "0.50"),
        ("12.50EUR", ".", "12.50"),
        ("3,50/100", ",", "3.50"),
    ],
)
def test_each_way_of_writing_an_amount_is_understood(text: str, sign: Sign, value: str) -> None:
    assert values(text, sign) == [value]


@pytest.mark.parametrize(
    "text", ["RE-2024-001", "A12.5x", "192.168.1.1", "08:13", "HRB181098", "12/2024"]
)
def test_parts_of_identifiers_times_and_addresses_are_no_amounts(text: str) -> None:
    assert not [value for value in values(text) if value not in ("8.00", "2024.00")]


def test_letters_that_look_like_digits_are_mended_only_where_an_engine_read_them() -> None:
    assert values("l2.5O", mend=True) == ["12.50"]
    assert values("9. 00", mend=True) == ["9.00"]
    assert "12.50" not in values("l2.5O")


def test_a_mended_number_is_less_sure() -> None:
    assert not read(written_in("1O.00", mend=True), ".")[0].sure


def test_an_ambiguous_number_follows_the_others_of_its_document() -> None:
    assert values("1.234", decimal_sign(written_in("12,50 1.234"), ".")) == ["1234.00"]
    assert values("1.234", decimal_sign(written_in("12.50 1.234"), ",")) == ["1.234"]


def test_groups_of_three_alone_are_thousands() -> None:
    assert decimal_sign(written_in("45.500 9.000"), ".") == ","


def test_a_percentage_is_told_from_an_amount() -> None:
    percent, plain = written_in("19 % 19,00")
    assert percent.percent
    assert not plain.percent
