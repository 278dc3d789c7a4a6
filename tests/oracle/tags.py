"""XML from nested calls, its names with the prefixes that the standards use."""

from lxml import etree

from connectors.einvoice.binding import NAMESPACES

Child = etree._Element | str | None


def e(tag: str, *children: Child, **attributes: str) -> etree._Element:
    """An element such as `cbc:ID`; what is None is left out."""
    prefix, name = tag.split(":")
    element = etree.Element(f"{{{NAMESPACES[prefix]}}}{name}", attributes)
    for child in children:
        if isinstance(child, str):
            element.text = child
        elif child is not None:
            element.append(child)
    return element
