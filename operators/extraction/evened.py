"""Words with boxes of even height, where these were drawn tightly around the letters.

A text layer and some engines give `aus` half the height of `Älg`, and a dash next to none. Rows
and gaps are told by the height of the line, so every box is made to reach from above the capitals
to below the descenders, by what letters the word has.

>>> tight = [Word("aus", Box(0, 104.7, 30, 110)), Word("Hof", Box(40, 102.8, 60, 110))] * 5
>>> [(round(word.box.top, 1), round(word.box.bottom, 1)) for word in evened(tight)[:2]]
[(101.5, 112.5), (101.5, 112.5)]
"""

from collections.abc import Sequence
from statistics import median

from msgspec.structs import replace

from operators.extraction.page import Box, Word

_CAPITAL = 0.72
"""Height of capitals, digits and letters with ascenders, in sizes of the font."""
_SMALL = 0.53
"""Height of small letters without them."""
_DESCENDER = 0.21
"""How deep letters go under the baseline."""
_ABOVE, _BELOW = 0.85, 0.25
"""What a line reaches above and below its baseline."""
_TIGHT = 0.84
"""Height of words of small letters, in heights of the others, under which boxes are tight."""

_DEEPER = 1.12
"""The same of words with descenders, over which boxes are tight."""
_ENOUGH = 3
"""Words of a kind that tell."""

_LOW = frozenset("acemnorsuvwxzıæœ")
_DEEP = frozenset("gjpqyçQ,;()[]{}|/\\$@§µ")
_MIDDLE = frozenset("-–—−·•●=+~*«»<>:∙◦")
_FLOOR = frozenset("._,…")


def evened(words: Sequence[Word]) -> list[Word]:
    """The words, with boxes of even height if theirs are tight."""
    lettered = [word for word in words if any(map(str.isalnum, word.text))]
    if not _are_tight(lettered):
        return list(words)
    usual = median(map(_size, lettered))
    return [_evened(word, usual) for word in words]


def _are_tight(words: Sequence[Word]) -> bool:
    """Whether words of small letters are lower than others, or words with descenders higher."""
    high = [_height(word) for word in words if _is_high(word.text)]
    flat = [_height(word) for word in words if _LOW.issuperset(word.text)]
    deep = [_height(word) for word in words if _is_deep(word.text)]
    if len(high) < _ENOUGH:
        return False
    usual = median(high)
    lower = len(flat) >= _ENOUGH and median(flat) < _TIGHT * usual
    higher = len(deep) >= _ENOUGH and median(deep) > _DEEPER * usual
    return lower or higher


def _height(word: Word) -> float:
    return word.box.bottom - word.box.top


def _is_deep(text: str) -> bool:
    """Whether a text reaches from under the baseline to the top of the capitals."""
    return bool(_DEEP.intersection(text)) and not (_LOW | _DEEP).issuperset(text)


def _is_high(text: str) -> bool:
    """Whether a text reaches from the baseline to the top of the capitals, and no further."""
    return not _DEEP.intersection(text) and not _LOW.issuperset(text)


def _size(word: Word) -> float:
    """The size of the font, by the height of a word and its letters."""
    tall = _SMALL if _LOW.issuperset(word.text) else _CAPITAL
    return _height(word) / (tall + (_DESCENDER if _DEEP.intersection(word.text) else 0.0))


def _evened(word: Word, usual: float) -> Word:
    box = word.box
    if any(map(str.isalnum, word.text)):
        size = _size(word)
        deep = _DESCENDER * size if _DEEP.intersection(word.text) else 0.0
        baseline = box.bottom - deep
    else:
        size = max(usual, _height(word))
        baseline = _baseline(word, size)
    return replace(
        word, box=Box(box.left, baseline - _ABOVE * size, box.right, baseline + _BELOW * size)
    )


def _baseline(word: Word, size: float) -> float:
    """Where the line of a sign stands that has no height of its own."""
    middle = (word.box.top + word.box.bottom) / 2
    if _MIDDLE.issuperset(word.text):
        return middle + 0.3 * size
    if _FLOOR.issuperset(word.text):
        return word.box.bottom
    return middle + 0.35 * size
