"""How values are written on pages: amounts, instants, ages, identifiers.

What is returned as Markup holds nothing of a value that is not escaped.
"""

from typing import Any

from markupsafe import Markup

from operators.money import Amount, render, rounded
from operators.time import DAY, Instant, isoformat

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_UNITS = ("kB", "MB", "GB", "TB")


def money(amount: Amount | None, currency: str | None = None) -> str:
    """An exact amount with its thousands apart; a dash when there is none.

    >>> money(1_234_567_890_000_000, "EUR"), money(-150_000_000), money(None)
    ('12,345,678.90 EUR', '-1.50', '–')
    """
    if amount is None:
        return "–"
    whole, _, decimals = render(abs(amount)).partition(".")
    sign = "-" if amount < 0 else ""
    text = f"{sign}{int(whole):,}.{decimals}"
    return f"{text} {currency}" if currency else text


def due(amount: Amount | None, currency: str | None) -> str:
    """An amount in its currency, exact; without one it was converted, and is rounded.

    >>> due(190_014_449_508, "EUR"), due(190_014_449_508, None)
    ('1,900.14449508 EUR', '1,900.14')
    """
    return money(amount if currency or amount is None else rounded(amount), currency)


def number(count: int | None) -> str:
    """A count with its thousands apart.

    >>> number(1234567)
    '1,234,567'
    """
    return "–" if count is None else f"{count:,}"


def age(milliseconds: int | None) -> str:
    """A time span as people read it: to two units at most.

    >>> age(320), age(5_000), age(65 * 60_000), age(3 * DAY + 3_600_000), age(20 * DAY)
    ('320 ms', '5 s', '1 h 5 min', '3 d 1 h', '20 d')
    """
    if milliseconds is None:
        return "–"
    span = max(0, milliseconds)
    if span < 1_000:
        return f"{span} ms"
    if span < _MINUTE:
        return f"{span // 1_000} s"
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    if span < DAY:
        return _two(span // _HOUR, "h", span % _HOUR // _MINUTE, "min")
    days = span // DAY
    return f"{days} d" if days >= 10 else _two(days, "d", span % DAY // _HOUR, "h")


def moment(at: Instant | None) -> Markup:
    """An instant as a `time` element: UTC, which the page's script writes in the reader's zone.

    >>> str(moment(1_700_000_000_123))
    '<time datetime="2023-11-14T22:13:20.123Z">2023-11-14 22:13:20 UTC</time>'
    """
    if at is None:
        return Markup("–")
    exact = isoformat(at)
    return Markup('<time datetime="{}">{} {} UTC</time>').format(exact, exact[:10], exact[11:19])


def identifier(value: str | None, shown: int = 8) -> Markup:
    """A long identifier: its beginning, the whole of it when pointed at or copied.

    >>> str(identifier("f88b2d38-f4f5-4176-83b9-cec623aa9973"))
    '<code class="id" title="f88b2d38-f4f5-4176-83b9-cec623aa9973">f88b2d38…</code>'
    >>> str(identifier("PO-1"))
    '<code class="id">PO-1</code>'
    """
    if not value:
        return Markup("–")
    if len(value) <= shown + 4:
        return Markup('<code class="id">{}</code>').format(value)
    return Markup('<code class="id" title="{}">{}…</code>').format(value, value[:shown])


def size(octets: int | None) -> str:
    """A number of bytes.

    >>> size(900), size(2_500_000)
    ('900 B', '2.5 MB')
    """
    if octets is None:
        return "–"
    if octets < 1_000:
        return f"{octets} B"
    power = min(len(_UNITS), (len(str(octets)) - 1) // 3)
    return f"{octets / 1_000**power:.1f} {_UNITS[power - 1]}"


def status(name: str | None) -> Markup:
    """A status as a badge: its colour is beside its word, never instead of it.

    >>> str(status("REVIEW"))
    '<span class="badge badge-review">REVIEW</span>'
    """
    if not name:
        return Markup("–")
    kind = "".join(letter for letter in name.lower() if letter.isalnum() or letter == "-")
    return Markup('<span class="badge badge-{}">{}</span>').format(kind, name)


FILTERS: dict[str, Any] = {
    "due": due,
    "money": money,
    "number": number,
    "age": age,
    "moment": moment,
    "identifier": identifier,
    "size": size,
    "status": status,
}
"""By the name templates use."""


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"
