"""What keeps documents from being accepted: which fields, and whether those were right."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from manifold.documents.score import Scored


class HeldBack(Struct, frozen=True):
    """A field that was missing or not sure enough."""

    field: str
    """Its name."""
    documents: int
    """Documents that it kept from being accepted, alone or with others."""
    right: int
    """Those of them where it was right all the same."""
    alone: int
    """Documents that nothing else kept from being accepted."""
    alone_right: int
    """Those of them where it was right all the same."""


def held_back(documents: Sequence[Scored]) -> tuple[HeldBack, ...]:
    """The fields that kept documents from being accepted, the most frequent first."""
    names = {field for document in documents for field in document.doubtful}
    found = (_of(name, [each for each in documents if name in each.doubtful]) for name in names)
    return tuple(sorted(found, key=lambda each: (-each.documents, each.field)))


def _of(name: str, held: Sequence[Scored]) -> HeldBack:
    alone = [each for each in held if len(each.doubtful) == 1]
    return HeldBack(name, len(held), _right(name, held), len(alone), _right(name, alone))


def _right(name: str, documents: Iterable[Scored]) -> int:
    return sum(
        each.outcome == "right"
        for document in documents
        for each in document.fields
        if each.field == name
    )
