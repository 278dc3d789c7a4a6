"""What tills print beside the purchase: registration, codes, counts; and Malaysian tills' words."""

from random import Random

from manifold.documents.names import digits

_MALAYSIAN: dict[str, tuple[str, ...]] = {
    "receipt": ("TAX INVOICE", "CASH BILL", "SIMPLIFIED TAX INVOICE", "-INVOICE-", "RECEIPT"),
    "receipt_number": ("Document No", "Doc No.", "INVOICE NO.", "Slip", "Receipt #", "Bill No"),
    "receipt_net": ("Sub Total", "Total (Excl. GST)", "SUBTOTAL", "Total Sales (Excluding GST)"),
    "receipt_total": (
        "TOTAL", "NETT TOTAL", "Grand Total", "Total Sales (Inclusive of GST)", "TOTAL RM",
        "TOTAL AMT", "TOTAL (INCLUSIVE OF GST)", "Amount Due", "Net Total",
    ),
    "total_gross": ("Total", "TOTAL", "Total Amount", "SUB TOTAL", "Bill Total"),
    "rounding": ("ROUNDING ADJ", "Rounding Adjustment", "ROUND ADJ", "Rounding", "Rounding (RM)"),
    "cash": ("CASH", "Cash", "CASH RM", "TENDERED"),
    "change": ("CHANGE", "Change", "CHANGE RM"),
}  # fmt: skip
_COUNTS: dict[str, tuple[str, str]] = {
    "de": ("Artikel", "Anzahl"),
    "en": ("ITEM(S)", "QTY(S)"),
    "fr": ("Articles", "Quantité"),
    "es": ("Artículos", "Unidades"),
    "it": ("Articoli", "Pezzi"),
    "nl": ("Artikelen", "Aantal"),
}


def malaysian(rng: Random) -> dict[str, str]:
    """Labels as a Malaysian till has them."""
    return {name: rng.choice(synonyms) for name, synonyms in _MALAYSIAN.items()}


def registration(rng: Random) -> str:
    """A company's number in Malaysia's register, as receipts show it."""
    number = f"{digits('######', rng)}-{rng.choice('ADHKMPTVWX')}"
    return rng.choice(("({})", "{}", "(CO. REG : {})", "(Co. No. {})", "({})")).format(number)


def code(rng: Random) -> str:
    """An article's code."""
    return digits(rng.choice(("#############", "#######", "########")), rng)


def counts(language: str, items: int, pieces: int) -> tuple[str, str]:
    """How many different things were bought, and how many in all."""
    different, all_of_them = _COUNTS[language]
    return f"{different} : {items}", f"{all_of_them} : {pieces}"


def twelve_hours(time: str) -> str:
    """A time of day as `8:13:39 PM`.

    >>> twelve_hours("20:13:39"), twelve_hours("07:05")
    ('8:13:39 PM', '7:05 AM')
    """
    hour, rest = int(time[:2]), time[2:]
    return f"{(hour - 1) % 12 + 1}{rest} {'AM' if hour < 12 else 'PM'}"
