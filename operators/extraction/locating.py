"""Where a value stands on a line: as a whole, never as a part of a longer number or word.

>>> [found(text, "Total 1 234,50 of 21,00", "amount") for text in ("1 234,50", "234,50", "1,00")]
[[(6, 14)], [], []]
"""

import re
from itertools import islice

from operators.codes import CURRENCIES
from operators.extraction.asking import Kind
from operators.extraction.numbered import cleaned

LONGEST = 200
"""Characters of a value; what is longer is no value."""

_MOST_PLACES = 100
"""Of one text on a line that are looked at."""
_NEAR = 64
"""Characters before and behind a place that say whether it is the whole of something."""

_PART_BEFORE = re.compile(r"(?:\w|\w[-/\\_])$")
_PART_AFTER = re.compile(r"\w|[-/\\_]\w")
_NUMBER_BEFORE = re.compile(r"\d[.,:'’/\\_-]?$")
_NUMBER_AFTER = re.compile(r"[.,:'’/\\_-]?\d")
_SIGN_BEFORE = re.compile(r"[-−–+±]$")
_SIGN_AFTER = re.compile(r"[.,]?[-−–](?!\w)")
_GROUP_BEFORE = re.compile(r"(?:^|[^\d.,])\d{1,3}(?: \d{3})* $")
_GROUP_OF_THREE = re.compile(r"\d{3}(?!\d)")
_LETTERS_BEFORE = re.compile(r"[^\W\d_]+$")
_LETTERS_ALLOWED = CURRENCIES | {"x", "X", "RM", "Rs", "Fr", "kr", "Kr", "Euro", "zł", "lei"}


def found(text: str, line: str, kind: Kind) -> list[tuple[int, int]]:
    """Where in a line's text a value stands, from left to right; empty when it does not.

    A name may run over a column's gap, since letters are spaced at will; a number may not.
    """
    wanted = cleaned(text)
    if not wanted or len(wanted) > LONGEST:
        return []
    space = r"[ \t]" if kind == "text" else " "
    pattern = space.join(map(re.escape, wanted.split(" ")))
    places = (
        (match.start(), match.start() + len(match[1]))
        for match in islice(re.finditer(f"(?=({pattern}))", line), _MOST_PLACES)
    )
    return [
        (start, end)
        for start, end in places
        if _whole(
            kind, line[max(0, start - _NEAR) : start], line[start:end], line[end : end + _NEAR]
        )
    ]


def _whole(kind: Kind, before: str, text: str, after: str) -> bool:
    if kind in ("amount", "percent"):
        # What is a share of something is no amount of money.
        share = kind == "amount" and after.lstrip(" ").startswith("%")
        return not share and _whole_number(before, text, after)
    if kind == "currency":
        return not (before[-1:].isalpha() or (text[-1].isalpha() and after[:1].isalpha()))
    first, last = text[0], text[-1]
    cut_before = _PART_BEFORE.search(before) and _word(first)
    cut_after = _PART_AFTER.match(after) and _word(last)
    cut_before = cut_before or (_NUMBER_BEFORE.search(before) and first.isdigit())
    return not (cut_before or cut_after or (_NUMBER_AFTER.match(after) and last.isdigit()))


def _word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _whole_number(before: str, text: str, after: str) -> bool:
    if _NUMBER_BEFORE.search(before) or _NUMBER_AFTER.match(after):
        return False
    if _SIGN_BEFORE.search(before) or _SIGN_AFTER.match(after):
        return False
    if before.endswith("(") and after.startswith(")"):
        return False
    letters = _LETTERS_BEFORE.search(before)
    if letters is not None and letters[0] not in _LETTERS_ALLOWED:
        return False
    # Spaces may part thousands: neither the thousands nor the rest is the number.
    if _GROUP_OF_THREE.match(text) and _GROUP_BEFORE.search(before):
        return False
    return not (
        _GROUP_BEFORE.search(f"{text} ") and _GROUP_OF_THREE.match(after[1:]) and after[0] == " "
    )
