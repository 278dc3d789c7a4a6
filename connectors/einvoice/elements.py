"""XML from nested calls: what is not known is left out."""

from datetime import date

from lxml import etree

from connectors.einvoice.binding import NAMESPACES, Element
from operators import money
from operators.money import Amount

_PREFIXES = {
    **{prefix: NAMESPACES[prefix] for prefix in ("rsm", "ram", "udt")},
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}


def element(tag: str, *children: Element | str | None, **attributes: str | None) -> Element:
    """An element such as `ram:ID` with children or text, and the attributes that are not None.

    >>> element("ram:ID", "R-1", schemeID="VA", listID=None).attrib
    {'schemeID': 'VA'}
    """
    prefix, _, name = tag.partition(":")
    named = {key: value for key, value in attributes.items() if value is not None}
    made = etree.Element(f"{{{_PREFIXES[prefix]}}}{name}", named, nsmap=_PREFIXES)
    for child in children:
        if isinstance(child, str):
            made.text = child
        elif child is not None:
            made.append(child)
    return made


def group(tag: str, *children: Element | None) -> Element | None:
    """An element around those children that are there; None when none is."""
    return element(tag, *children) if any(child is not None for child in children) else None


def text(tag: str, value: str | None, **attributes: str | None) -> Element | None:
    """An element with a text; None for None."""
    return None if value is None else element(tag, value, **attributes)


def amount(
    tag: str, value: Amount | None, digits: int = 2, **attributes: str | None
) -> Element | None:
    """An element with a number of at least so many decimal places; None for None."""
    return None if value is None else element(tag, money.render(value, digits), **attributes)


def day(tag: str, value: date | None, inner: str = "udt:DateTimeString") -> Element | None:
    """An element with a day in UN/CEFACT's format 102; None for None."""
    if value is None:
        return None
    return element(tag, element(inner, f"{value:%Y%m%d}", format="102"))
