"""Which numbers can be amounts of money."""

from operators.extraction.document import Document, Figure

WITHOUT_CENTS = ("JPY", "KRW", "IDR", "HUF", "VND", "CLP", "ISK")
"""Currencies that are written without decimal places."""


def is_money(document: Document, figure: Figure) -> bool:
    """Whether a number can be an amount of money."""
    if figure.percent:
        return False
    if figure.decimals == 2 or (figure.money and figure.decimals in (0, 1, 3)):
        return True
    return document.currency in WITHOUT_CENTS and figure.decimals == 0 and len(figure.text) >= 3
