"""Identifiers of items that stand at the beginning of their descriptions."""

import re
from collections.abc import Sequence
from typing import Protocol

from operators.extraction.table_row import Found

_CODE = re.compile(r"(?=(?:\S*\d){3})[A-Z0-9][A-Z0-9./\-]{3,19}")
_SIZE = re.compile(r"\d+[x×]\d+|\d{4}-\d\d|(?:19|20)\d\d")


class Item(Protocol):
    """A line with a name."""

    name: Found | None
    item: Found | None


def split_codes(items: Sequence[Item]) -> None:
    """Takes the identifier off each name, where all names begin with one of the same form."""
    names = [each.name for each in items if each.name is not None]
    if not names or len(names) != len(items) or any(each.item is not None for each in items):
        return
    heads = [name.text.split(" ", 1) for name in names]
    if any(len(head) < 2 or not _is_code(head[0]) for head in heads):
        return
    forms = {_form(head[0]) for head in heads}
    if len(forms) > max(1, len(heads) // 3):
        return
    for each, (code, rest) in zip(items, heads, strict=True):
        if each.name is not None:
            each.item = Found(code, each.name.box, each.name.confidence)
            each.name = Found(rest, each.name.box, each.name.confidence)


def _is_code(word: str) -> bool:
    return _CODE.fullmatch(word) is not None and _SIZE.fullmatch(word) is None


def _form(code: str) -> str:
    """The code with its letters and digits made alike."""
    return re.sub(r"\d+", "9", re.sub(r"[A-Z]+", "A", code))
