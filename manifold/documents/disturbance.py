"""Pages as the world makes them: with words nobody expects, other matter, and misread signs.

Invented documents say what they say in words that extraction knows. Confidence that is fitted to
them alone is too sure of documents that do not; so it is fitted to these as well.

>>> from operators.extraction.page import Box
>>> words = (Word("Total:", Box(10, 10, 40, 20)), Word("19,90", Box(200, 11, 230, 21)))
>>> [word.text for word in renamed([Page(300, 100, words)], Random(1), 1.0)[0].words]
['Pozob:', '19,90']
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random
from statistics import median
from typing import TypeAlias

from msgspec.structs import replace

from manifold.documents.other_matter import SIGNS, other_matter
from operators.extraction.document import document_of
from operators.extraction.labels import heads_in
from operators.extraction.legal_forms import LEGAL
from operators.extraction.page import Box, Page, Word
from operators.invoice import Invoice

Pages: TypeAlias = Sequence[Page]
Change: TypeAlias = Callable[[Pages, Random], Pages]

_CONSONANTS, _VOWELS = "bdfgklmnpqrstvz", "aeiou"
_CHUNK = 3
"""Digits at the end of an identifier, of which one is typed wrongly."""
_ALIKE = {
    "0": "O8", "1": "l7I", "2": "Z7", "3": "8", "4": "A", "5": "S6", "6": "8G", "7": "1", "8": "3B",
    "9": "g", "O": "0", "I": "1l", "l": "1I", "S": "5", "B": "8", "m": "rn", "n": "r", "e": "c",
    "a": "o", "u": "ii", ".": ",", ",": ".", "ü": "u", "ö": "o", "ä": "a", "é": "e", "€": "E",
}  # fmt: skip
"""What engines take signs for."""


def disturbed(pages: Pages, rng: Random) -> Pages:
    """Pages with some of what may be strange about a document, drawn anew for each."""
    changes: list[tuple[float, Change]] = [
        (0.6, lambda given, chance: renamed(given, chance, chance.uniform(0.1, 0.6))),
        (0.3, without_letterhead),
        (0.2, without_currency),
        (0.1, lambda given, chance: torn(given, chance, chance.uniform(0.01, 0.05))),
        (0.15, lambda given, chance: respaced(given, chance, chance.uniform(0.01, 0.05))),
        (0.6, lambda given, chance: crowded(given, chance, chance.randint(1, 6))),
    ]
    for probability, change in changes:
        if rng.random() < probability:
            pages = change(pages, rng)
    return pages


def renamed(pages: Pages, rng: Random, share: float) -> Pages:
    """Some of the labels and heads, each throughout, as words that no vocabulary has."""
    document = document_of(pages, "TEXT_LAYER")
    names: dict[str, bool] = {}
    places: dict[int, list[Box]] = {}
    heads = [head for row in document.rows if len(found := heads_in(row)) > 2 for head in found]
    for label in (*document.labels, *document.kinds, *heads):
        row = document.rows[label.row]
        name = row.text[label.start : label.end].lower()
        if name not in names:
            names[name] = rng.random() < share
        if names[name]:
            places.setdefault(row.page, []).append(label.box)
    salt = rng.random()
    return [
        replace(page, words=tuple(_renamed(word, places.get(at, ()), salt) for word in page.words))
        for at, page in enumerate(pages, 1)
    ]


def _renamed(word: Word, places: Sequence[Box], salt: float) -> Word:
    named = any(map(str.isdigit, word.text)) or LEGAL.search(word.text)
    if named or not any(_holds(place, word.box) for place in places):
        return word
    return replace(word, text=_strange(word.text, Random(f"{word.text}{salt}")))


def _holds(place: Box, box: Box) -> bool:
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return place.left <= across <= place.right and place.top <= down <= place.bottom


def _strange(text: str, rng: Random) -> str:
    """A word of the same shape that means nothing."""
    made = ""
    for place, sign in enumerate(text):
        if not sign.isalpha():
            made += sign
            continue
        letter = rng.choice(_VOWELS if place % 2 else _CONSONANTS)
        made += letter.upper() if sign.isupper() else letter
    return made


def without_letterhead(pages: Pages, rng: Random) -> Pages:
    """The first page without its largest words at the top, which are often a picture."""
    first = pages[0]
    heights = [word.box.bottom - word.box.top for word in first.words]
    if not heights:
        return pages
    usual = median(heights)
    kept = tuple(
        word
        for word in first.words
        if word.box.top > 0.2 * first.height or word.box.bottom - word.box.top < 1.2 * usual
    )
    return [replace(first, words=kept), *pages[1:]]


def without_currency(pages: Pages, rng: Random) -> Pages:
    """No sign or code of a currency on any page."""
    return [
        replace(
            page, words=tuple(word for word in page.words if word.text.strip("()") not in SIGNS)
        )
        for page in pages
    ]


def torn(pages: Pages, rng: Random, share: float) -> Pages:
    """Some words are not there: under a stamp, behind a fold, or drawn as a picture."""
    return [
        replace(page, words=tuple(word for word in page.words if rng.random() >= share))
        for page in pages
    ]


def respaced(pages: Pages, rng: Random, share: float) -> Pages:
    """Some words run together, and some are broken at a sign."""
    return [replace(page, words=tuple(_respaced(page.words, rng, share))) for page in pages]


def _respaced(words: Sequence[Word], rng: Random, share: float) -> Iterator[Word]:
    held: Word | None = None
    for word, following in pairwise([*words, None]):
        if word is None:
            continue
        if held is not None:
            word = Word(
                held.text + word.text,
                replace(
                    held.box, right=word.box.right, bottom=max(held.box.bottom, word.box.bottom)
                ),
                min(held.confidence, word.confidence),
            )
            held = None
        gap = following.box.left - word.box.right if following is not None else -1.0
        height = word.box.bottom - word.box.top
        level = following is not None and abs(following.box.top - word.box.top) < height / 2
        draw = rng.random()
        if level and 0 <= gap < height / 2 and draw < share:
            held = word
        elif len(word.text) > 4 and draw > 1 - share / 2:
            yield from _broken(word, rng.randint(2, len(word.text) - 2))
        else:
            yield word


def _broken(word: Word, at: int) -> Iterator[Word]:
    box = word.box
    middle = box.left + (box.right - box.left) * at / len(word.text)
    room = 0.15 * (box.bottom - box.top)
    yield Word(word.text[:at], replace(box, right=middle - room), word.confidence)
    yield Word(word.text[at:], replace(box, left=middle + room), word.confidence)


def crowded(pages: Pages, rng: Random, number: int) -> Pages:
    """Other matter in free places of the pages: dates, numbers, amounts and names of others."""
    found = list(pages)
    for _ in range(number):
        at = rng.randrange(len(found))
        found[at] = _with_matter(found[at], other_matter(rng), rng)
    return found


def _with_matter(page: Page, text: str, rng: Random) -> Page:
    """A page with a text where nothing stands, if there is such a place."""
    size = median(word.box.bottom - word.box.top for word in page.words) if page.words else 9.0
    width = sum(0.5 * size * (len(part) + 1) for part in text.split())
    for _ in range(40):
        left = rng.choice((0.08, 0.5, 0.62)) * page.width
        top = rng.uniform(0.05, 0.93) * page.height
        room = Box(left - size, top - 0.3 * size, left + width + size, top + 1.3 * size)
        if room.right < page.width and not any(_touch(room, word.box) for word in page.words):
            break
    else:
        return page
    words: list[Word] = []
    for part in text.split():
        right = left + 0.5 * size * len(part)
        words.append(Word(part, Box(left, top, right, top + size)))
        left = right + 0.3 * size
    return replace(page, words=(*page.words, *words))


def _touch(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def misread(pages: Pages, rng: Random, share: float) -> Pages:
    """Signs taken for others, as engines do, who are less sure of such words but not always."""
    return [
        replace(page, words=tuple(_misread(word, rng, share) for word in page.words))
        for page in pages
    ]


def miswritten(pages: Pages, record: Invoice, rng: Random) -> tuple[Pages, Invoice]:
    """A VAT identifier with a wrong check digit, as whoever wrote the document typed it."""
    side = rng.choice(("seller", "buyer"))
    vat_id = getattr(record, side).vat_id or ""
    digits = vat_id[-_CHUNK:]
    if not digits.isdigit():
        return pages, record
    at = rng.randrange(_CHUNK)
    other = digits[:at] + str((int(digits[at]) + rng.randint(1, 8)) % 10) + digits[at + 1 :]
    changed = [
        replace(
            page,
            words=tuple(
                replace(word, text=word.text.replace(digits, other)) for word in page.words
            ),
        )
        for page in pages
    ]
    if changed == list(pages):
        return pages, record
    party = replace(getattr(record, side), vat_id=vat_id[:-_CHUNK] + other)
    return changed, replace(record, **{side: party})


def _misread(word: Word, rng: Random, share: float) -> Word:
    text = ""
    for sign in word.text:
        wrong = sign in _ALIKE and rng.random() < share
        gone = sign in ".,-/'" and rng.random() < share
        text += "" if gone else rng.choice(_ALIKE[sign]) if wrong else sign
    sure = rng.betavariate(20, 1) if text == word.text else rng.betavariate(6, 1.5)
    return Word(text or word.text, word.box, min(sure, 0.999))
