"""Labels of amounts made precise by the words around them: `Total` and `incl. 19 % VAT`."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from operators.extraction.folded import plain
from operators.extraction.labels import Label
from operators.extraction.links import Placed, by_row
from operators.extraction.rows import Row

_WITH = re.compile(
    r"\b(?:incl|inkl|inc|incluid|including|inclusi|inclus|included|einschl|mit|with|ttc"
    r"|compris|incluido"
    r"|incluidos|inclusa|inclusief|avec|con|compresa|ivato|met|brutto)"
)
_WITHOUT = re.compile(
    r"\b(?:excl|exkl|exc\b|ex\b|excluding|before|without|ohne|zzgl|zuz|hors|sin\b|escl|senza"
    r"|zonder|ht\b"
    r"|h\.t|plus|vor\b|netto|w/o|ante|antes|avant)"
)
_SUMS = ("total", "gross", "subtotal", "net", "payable", "lines_net")


class Figure(Placed, Protocol):
    """A number in a row."""

    @property
    def percent(self) -> bool:
        """Whether a percent sign follows."""

    @property
    def decimals(self) -> int:
        """How many decimal places it has."""


def qualified(
    rows: Sequence[Row], labels: Sequence[Label], figures: Sequence[Figure]
) -> Iterator[Label]:
    """The labels, with sums told apart by what the same row says of tax.

    Args:
        rows: All rows.
        labels: Labels in the order of the rows.
        figures: Numbers in the order of the rows.
    """
    sums = by_row(each for each in figures if not each.percent and each.decimals >= 2)
    for number, found in by_row(labels).items():
        ends = [figure.start for figure in sums.get(number, ())]
        yield from _of_row(rows[number].text, found, ends)


def _of_row(text: str, labels: list[Label], ends: list[int]) -> Iterator[Label]:
    at = 0
    while at < len(labels):
        label = labels[at]
        at += 1
        if label.own or not label.means(*_SUMS):
            yield label
            continue
        end = next((each for each in ends if each >= label.end), len(text))
        tax = next((each for each in labels[at : at + 2] if each.means("tax", "vat_id")), None)
        if tax is None or tax.start >= end:
            yield _alone(label, plain(text[label.end : end]))
            continue
        between = plain(text[label.end : tax.end])
        behind = plain(text[tax.end : min(end, tax.end + 14)])
        fields = _fields(label, between, behind)
        if fields is None:
            yield label
            continue
        yield replace(label, fields=fields, end=max(label.end, tax.end))
        at = labels.index(tax) + 1


def _fields(label: Label, between: str, behind: str) -> tuple[str, ...] | None:
    """What a sum with a word for tax behind it means, None when they have no business."""
    if label.means("payable"):
        return ("payable",) if _WITH.search(between) or _WITHOUT.search(between) else None
    if _WITHOUT.search(between):
        return ("net",)
    if label.fields == ("net",):
        return None
    if _WITH.search(between) or _WITH.match(behind.lstrip(" (:")):
        return ("gross",)
    if label.means("total", "subtotal") and "\t" not in between:
        return ("tax",)
    return None


def _alone(label: Label, behind: str) -> Label:
    """A total whose row says net or gross behind it, without naming the tax."""
    if label.fields[0] != "total":
        return label
    words = behind.strip(" (:.")
    if words.startswith(("net", "excl", "ht", "hors")):
        return replace(label, fields=("net",))
    if words.startswith(("gross", "brutto", "incl", "ttc", "inkl")):
        return replace(label, fields=("gross",))
    return label
