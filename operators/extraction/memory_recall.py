"""Whose memory a document is read with: the one vendor whose marks it shows.

>>> from operators.extraction.memory import Learned, Mark, VendorMemory
>>> learned = Learned("req-1", 1, "anna", 0)
>>> marks = Mark("phone", "38881234", learned), Mark("name", "bookshop", learned)
>>> known = VendorMemory("V-1", 0, marks=marks)
>>> memories = memories_of([known])
>>> found = recall(Shown(("phone 38881234",), ("b0okshop",)), memories)
>>> found.memory.vendor_id, found.by
('V-1', ('phone', 'name'))
>>> recall(Shown(("phone 38881234",), ("flowerlane",)), memories)
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.folded import key
from operators.extraction.memory import (
    MarkKind,
    VendorMemory,
    form_of,
    grams,
    kept_grams,
    marks_of,
)
from operators.extraction.memory_facts import likeness
from operators.extraction.memory_shown import Shown
from operators.table import Lookup


class Memories(Struct, frozen=True):
    """What is remembered of vendors."""

    by_mark: Lookup[Sequence[VendorMemory]]
    """By the marks of each."""
    by_vendor: Lookup[VendorMemory]
    """By vendor."""


def memories_of(every: Iterable[VendorMemory]) -> Memories:
    """Memories to look up, of which each vendor has one."""
    by_vendor = {memory.vendor_id: memory for memory in every}
    by_mark: dict[str, list[VendorMemory]] = {}
    for memory in by_vendor.values():
        for mark in set(marks_of(memory)):
            by_mark.setdefault(mark, []).append(memory)
    return Memories(by_mark, by_vendor)


_WORTH: Mapping[MarkKind, float] = {
    "vat_id": 3.0,
    "iban": 3.0,
    "legal_id": 2.5,
    "tax_id": 2.5,
    "phone": 1.5,
    "domain": 1.5,
    "read_as": 1.0,
}
"""What each kind of mark says, once however many there are of it."""
_WEAK = frozenset({"phone", "domain", "read_as", "address"})
"""What may be somebody else's too: alone they say nothing."""
_ENOUGH = 2.0
_ENOUGH_NAMED = 1.0
"""Where the upload says whose document it is."""
_AHEAD = 1.0
"""By how much a vendor has to be ahead of the next one."""
_STREET = 1.0
"""What the street says, which others may be in as well."""
_SAME_STREET = 0.8
_OTHER_FORM = 0.7
"""What a name says less where its legal form is another one."""
_SHORT = 6
"""Signs up to which a name may be part of many texts."""
_PIECES = 0.3
"""Share of a name's pieces that have to stand there for it to be looked at."""
_COMMON = 200
"""Vendors from which on a piece of a name tells nobody from anybody."""
_MOST_LOOKED_AT = 16
_LIKELY = 0.6
"""Up to here two texts are not compared sign by sign."""


KnownBy: TypeAlias = MarkKind | Literal["address"]
"""What a vendor is recognised by: its marks, and the street it is known to be in."""


class Recalled(Struct, frozen=True):
    """A vendor that has been recognised."""

    memory: VendorMemory
    """What is remembered of it."""
    by: tuple[KnownBy, ...]
    """What it was recognised by."""


def recall(shown: Shown, memories: Memories, vendor_id: str | None = None) -> Recalled | None:
    """The one vendor that a document shows the marks of; None when there is none, or are several.

    `vendor_id`: the vendor that the upload names, which then is the only one looked at.
    A VAT identifier with right check digits that is not the vendor's speaks against everything.
    """
    named = vendor_id is not None
    looked_at = _named_by(vendor_id, memories) if named else _candidates(shown, memories)
    found = []
    for memory in looked_at:
        worths = dict(_evidence(memory, shown))
        weak = worths.keys() <= _WEAK
        if worths and (named or not weak) and not _contradicted(memory, shown):
            found.append((sum(worths.values()), memory, tuple(worths)))
    found.sort(key=lambda each: -each[0])
    enough = _ENOUGH_NAMED if named else _ENOUGH
    if not found or found[0][0] < enough:
        return None
    if len(found) > 1 and found[0][0] < found[1][0] + _AHEAD:
        return None
    return Recalled(found[0][1], found[0][2])


def _named_by(vendor_id: str | None, memories: Memories) -> list[VendorMemory]:
    found = memories.by_vendor.get(vendor_id) if vendor_id is not None else None
    return [] if found is None else [found]


def _candidates(shown: Shown, memories: Memories) -> list[VendorMemory]:
    """The vendors that share a mark with the document, or much of a name."""
    found: dict[str, VendorMemory] = {}
    marks = [*shown.marks, *(f"{kind} {head}" for head in shown.heads for kind in _NAMING)]
    for mark in marks:
        found |= {each.vendor_id: each for each in memories.by_mark.get(mark) or ()}
    pieces: Counter[str] = Counter()
    others: dict[str, VendorMemory] = {}
    for piece in dict.fromkeys(piece for head in shown.heads for piece in grams(head)):
        there = memories.by_mark.get(piece) or ()
        for each in there if len(there) <= _COMMON else ():
            pieces[each.vendor_id] += 1
            others[each.vendor_id] = each
    for vendor_id, count in pieces.most_common(_MOST_LOOKED_AT):
        longest = max(len(kept_grams(name)) for name in others[vendor_id].names)
        if count >= _PIECES * longest:
            found[vendor_id] = others[vendor_id]
    return list(found.values())


_NAMING: tuple[MarkKind, ...] = ("name", "read_as")


def _evidence(memory: VendorMemory, shown: Shown) -> Iterator[tuple[KnownBy, float]]:
    """What the document shows of a vendor, by kind, and what that is worth."""
    there = {*shown.marks, *(f"read_as {head}" for head in shown.heads)}
    for mark in memory.marks:
        if mark.kind in _WORTH and f"{mark.kind} {mark.value}" in there:
            yield mark.kind, _WORTH[mark.kind]
    if _in_its_street(memory, shown):
        yield "address", _STREET
    named = max((_named(name, shown.heads) for name in memory.names), default=0.0)
    if named:
        yield "name", named - (_OTHER_FORM if _other_form(memory, shown) else 0.0)


def _in_its_street(memory: VendorMemory, shown: Shown) -> bool:
    street = key(memory.fact("seller.address.street") or "")
    return len(street) > _SHORT and any(
        likeness(street, head) >= _SAME_STREET for head in shown.heads
    )


def _other_form(memory: VendorMemory, shown: Shown) -> bool:
    """Whether another kind of company goes by that name: Zantor S.L. is not Zantor S.A."""
    form = form_of(memory.fact("seller.name"))
    if not form or not shown.form:
        return False
    return SequenceMatcher(None, form, shown.form, autojunk=False).ratio() < _LIKELY


def _named(name: str, heads: Sequence[str]) -> float:
    """What the texts at the top say for a name."""
    likeness = max((resemblance(name, head) for head in heads), default=0.0)
    if likeness >= 0.95:
        return 2.0 if len(name) > _SHORT else 1.2
    if likeness >= 0.85:
        return 1.5
    return 0.75 if likeness >= 0.7 else 0.0


def resemblance(name: str, text: str) -> float:
    """How far a folded text says a folded name, 0 to 1, also where more follows it.

    >>> resemblance("bookshop", "bookshop"), resemblance("bookshop", "bookshopsdnbhd123456a")
    (1.0, 0.95)
    >>> resemblance("bookshop", "flowers") < 0.5 < resemblance("bookshop", "b0oksh0p")
    True
    """
    if name == text:
        return 1.0
    if len(name) > _SHORT and name in text:
        return 0.95
    return max(_alike(name, text[: len(name)]), _alike(name, text[: len(name) + 2]))


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    likely = matcher.real_quick_ratio() > _LIKELY and matcher.quick_ratio() > _LIKELY
    return matcher.ratio() if likely else 0.0


def _contradicted(memory: VendorMemory, shown: Shown) -> bool:
    known = {mark.value for mark in memory.marks if mark.kind == "vat_id"}
    return shown.vat_id is not None and bool(known) and shown.vat_id not in known
