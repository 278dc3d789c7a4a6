"""Labels: the words of a row that say what the value beside or under them is.

>>> from operators.extraction.page import Box, Page, Word
>>> from operators.extraction.rows import rows_of
>>> row = rows_of([Page(300, 400, (Word("Rechnungs-Nr.: 17", Box(10, 10, 95, 20)),))])[0]
>>> [label.fields for label in labels_in(row)]
[('number',)]
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.folded import Folded, folded, key
from operators.extraction.page import Box
from operators.extraction.rows import Row, box_of
from operators.extraction.vocabulary import FIELDS, HEADS, KINDS

_MARKS = " .:;,#-–()[]*/|=°º'’"
_LETTERS = str.maketrans("015", "ols")
_SHORTEST_FUZZY = 6
"""Signs that a phrase must have to be known with one wrong."""
_MUCH_LONGER = 3
"""Signs by which a phrase with one wrong must be longer than one that is right."""
_MOST_WORDS = 5
"""Words of a text that are compared with phrases with one wrong sign."""


class Label(Struct, frozen=True, gc=False):
    """A phrase of the vocabulary on a page."""

    fields: tuple[str, ...]
    """What it may stand for, most likely first."""
    languages: tuple[str, ...]
    """Languages that it is of."""
    row: int
    """Number of its row."""
    start: int
    """Where it begins in the row's text."""
    end: int
    """Where it ends, marks behind it not included."""
    box: Box
    """Where it stands."""
    alone: bool
    """Whether its cell says nothing else."""
    exact: bool
    """False when a sign of it is different from the vocabulary's."""
    own: bool = False
    """Whether the vendor of the document is known to say so."""

    def means(self, *fields: str) -> bool:
        """Whether it may stand for one of some fields."""
        return any(field in self.fields for field in fields)


class Index:
    """A vocabulary made ready to be looked up."""

    def __init__(self, vocabulary: Mapping[str, Mapping[str, str]], shortest: int = 2) -> None:
        known: dict[str, tuple[list[str], list[str]]] = {}
        for field, languages in vocabulary.items():
            for language, phrases in languages.items():
                for each in _spellings(phrases, language):
                    if len(each) < shortest:
                        continue
                    fields, of = known.setdefault(each, ([], []))
                    fields += [] if field in fields else [field]
                    of += [] if language in of else [language]
        self.known = {each: (tuple(fields), tuple(of)) for each, (fields, of) in known.items()}
        self.longest = max(map(len, self.known))

    @cached_property
    def _shortened(self) -> Mapping[str, Sequence[str]]:
        """The longer phrases by each of them without one of its signs."""
        found: dict[str, list[str]] = {}
        for each in self.known:
            if len(each) >= _SHORTEST_FUZZY:
                for short in _shortened(each):
                    found.setdefault(short, []).append(each)
        return found

    def near(self, text: str) -> str | None:
        """The phrase that a text is with one sign wrong, missing or too many."""
        if text in self._shortened:
            return self._shortened[text][0]
        if len(text) < _SHORTEST_FUZZY:
            return None
        for at, short in enumerate(_shortened(text)):
            if short in self.known and len(short) >= _SHORTEST_FUZZY:
                return short
            for phrase in self._shortened.get(short, ()):
                if phrase[:at] == short[:at] and phrase[at + 1 :] == short[at:]:
                    return phrase
        return None


def _shortened(text: str) -> Iterator[str]:
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]


def _spellings(phrases: str, language: str) -> Iterator[str]:
    for phrase in phrases.split("|"):
        yield key(phrase)
        if language == "de" and any(sign in phrase for sign in "äöü"):
            yield key(phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))


_FIELD_INDEX = Index(FIELDS)
_HEAD_INDEX = Index(HEADS, shortest=1)
_KIND_INDEX = Index(KINDS)


def labels_in(row: Row, mend: bool = False, own: Index | None = None) -> list[Label]:
    """Labels of values, the longest that fit, from left to right.

    Args:
        row: A row.
        mend: Allow one wrong sign in longer phrases, where an OCR engine read it.
        own: Phrases of the document's vendor, which go before all but longer ones around them.
    """
    usual = _found(row, _FIELD_INDEX, mend)
    if own is None:
        return usual
    first = [
        replace(label, own=True, languages=())
        for label in _found(row, own, mend)
        if not any(_is_part(label, each) for each in usual)
    ]
    rest = [
        label
        for label in usual
        if not any(label.start < each.end and each.start < label.end for each in first)
    ]
    return sorted([*first, *rest], key=lambda label: label.start)


def _is_part(label: Label, of: Label) -> bool:
    """Whether a label is part of a longer one: `Total` is not what `Grand total` says."""
    inside = of.start <= label.start and label.end <= of.end
    return inside and of.end - of.start > label.end - label.start


def heads_in(row: Row, mend: bool = False) -> list[Label]:
    """Heads of columns in a row, from left to right; arguments as in `labels_in`."""
    return _found(row, _HEAD_INDEX, mend)


def kinds_in(row: Row, mend: bool = False) -> list[Label]:
    """What a document calls itself in a row; arguments as in `labels_in`."""
    return _found(row, _KIND_INDEX, mend)


def head_kinds(text: str) -> tuple[str, ...] | None:
    """What a column with a head may say; None when it is no known head."""
    entry = _HEAD_INDEX.known.get(key(text))
    return entry[0] if entry is not None else None


def _found(row: Row, index: Index, mend: bool) -> list[Label]:
    text = folded(row.text)
    starts, ends = _bounds(row.text, text)
    found: list[Label] = []
    after = 0
    for start in starts:
        if start < after:
            continue
        reach = [end for end in ends if start < end <= start + index.longest + 1]
        tab = row.text.find("\t", text.places[start])
        reach = [end for end in reach if tab < 0 or text.places[end - 1] < tab]
        match = _longest(text.text, start, reach, index)
        exact = match is not None
        near = _nearest(text.text, start, reach, index) if mend else None
        if near is not None and (match is None or near[1] >= match[1] + _MUCH_LONGER):
            match, exact = near, False
        if match is not None:
            phrase, after = match
            span = text.places[start], text.places[after - 1] + 1
            found.append(_label(row, index.known[phrase], *span, exact))
    return found


def _longest(text: str, start: int, ends: list[int], index: Index) -> tuple[str, int] | None:
    for end in reversed(ends):
        if text[start:end] in index.known:
            return text[start:end], end
    return None


def _nearest(text: str, start: int, ends: list[int], index: Index) -> tuple[str, int] | None:
    for end in reversed(ends[:_MOST_WORDS]):
        part = text[start:end]
        if len(part) < _SHORTEST_FUZZY - 1 or sum(map(str.isdigit, part)) > len(part) // 3:
            continue
        lettered = part.translate(_LETTERS)
        merged = lettered.replace("rn", "m")
        phrase = next((each for each in (lettered, merged) if each in index.known), None)
        phrase = phrase or index.near(lettered)
        if phrase is not None:
            return phrase, end
    return None


_CUT = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=\W)|(?=\W)|_"
)


def _bounds(written: str, text: Folded) -> tuple[list[int], list[int]]:
    """Where words begin and end in the folded text."""
    cuts = {match.start() for match in _CUT.finditer(written)} | {0, len(written)}
    starts, ends = [], []
    places = text.places
    for at, place in enumerate(places):
        if at == 0 or (
            places[at - 1] != place
            and any(cut in cuts for cut in range(places[at - 1] + 1, place + 1))
        ):
            starts.append(at)
            if at:
                ends.append(at)
    if places:
        ends.append(len(places))
    return starts, ends


def _label(
    row: Row, entry: tuple[tuple[str, ...], tuple[str, ...]], start: int, end: int, exact: bool
) -> Label:
    left = row.text.rfind("\t", 0, start) + 1
    right = row.text.find("\t", end)
    beside = row.text[left:start] + row.text[end : right if right >= 0 else None]
    return Label(
        fields=entry[0],
        languages=entry[1],
        row=row.number,
        start=start,
        end=end,
        box=box_of(row, start, end),
        alone=not beside.strip(_MARKS),
        exact=exact,
    )
