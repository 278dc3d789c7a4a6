"""The words that stand before or over a value, as a vendor's own label of it.

>>> phrase_in("Zu begleichen:"), phrase_in("Total (3 items)"), phrase_in("19 % USt. EUR")
('zu begleichen', 'total', 'ust')
>>> phrase_in("RM"), phrase_in("12:30")
(None, None)
"""

import re
from collections.abc import Iterator

from operators.codes import CURRENCIES
from operators.extraction.document import Document
from operators.extraction.folded import key, plain
from operators.extraction.links import under
from operators.extraction.page import Box

_WORDS = re.compile(r"[^\W\d_]+(?:['’/-][^\W\d_]+)*|\S*\d\S*")
_MOST_WORDS = 5
_FEWEST_SIGNS = 3
_DEEP = 2.2
"""How far over a value its label may end, in heights of the value."""
_MONEY = CURRENCIES | {"RM", "EURO", "KR", "FR", "LEI", "ZL"}


def phrase_in(text: str) -> str | None:
    """The words that a text begins with, up to a number; None when there are none to go by."""
    run: list[str] = []
    for match in _WORDS.finditer(text):
        word = match[0]
        if not any(map(str.isdigit, word)):
            run.append(word)
        elif _usable(run):
            break
        else:
            run = []
    run = [word for word in run if word.upper() not in _MONEY][-_MOST_WORDS:]
    return plain(" ".join(run)) if _usable(run) else None


def _usable(run: list[str]) -> bool:
    words = [word for word in run if word.upper() not in _MONEY]
    return len(key("".join(words))) >= _FEWEST_SIGNS


def phrases(
    document: Document, row: int, start: int, box: Box
) -> Iterator[tuple[str, int, tuple[int, int]]]:
    """The phrases that may name a value, the nearest first, each with its row and place there."""
    text = document.rows[row].text
    until = start
    while until > 0:
        begin = text.rfind("\t", 0, until) + 1
        phrase = phrase_in(text[begin:until])
        if phrase is not None:
            yield phrase, row, (begin, until)
        until = begin - 1
    height = max(box.bottom - box.top, 1.0)
    for above in range(row - 1, max(row - 5, -1), -1):
        if document.page_of(above) != document.page_of(row):
            return
        if box.top - document.rows[above].box.bottom > _DEEP * height:
            return
        for cell in document.row_cells.get(above, ()):
            phrase = phrase_in(cell.text) if under(box, cell.box, height) else None
            if phrase is not None:
                yield phrase, above, (cell.start, cell.end)
