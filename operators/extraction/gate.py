"""Whether what was read may be used without a person, and else what could make it surer.

>>> from operators.extraction.understood import FieldRead
>>> sure = [FieldRead(field, 0.99, "TEXT_LAYER") for field in NEEDED["INVOICE"]]
>>> next_step(sure, "INVOICE", Gates(), tried=())
Step(action='ACCEPT', doubtful=())
>>> sure[-1] = FieldRead("totals.gross", 0.93, "TEXT_LAYER")
>>> next_step(sure, "INVOICE", Gates(), tried=())
Step(action='SECOND_READING', doubtful=('totals.gross',))
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from operators.extraction.understood import FieldRead, Kind
from operators.money import ONE, Amount
from operators.reference import ReferencePolicy

Action: TypeAlias = Literal["ACCEPT", "SECOND_READING", "MODEL", "PERSON"]
"""Use it, read the pages by another engine, ask a language model, or ask a person."""


class Gates(Struct, frozen=True):
    """Probabilities of being right, of a field."""

    accept: float = 0.98
    """From here on it is used."""
    second_reading: float = 0.90
    """From here on another reading may make it sure."""
    model: float = 0.80
    """From here on a language model may."""


def gates_of(policy: ReferencePolicy | None) -> Gates:
    """The gates of a policy; the usual ones where it says nothing."""
    if policy is None:
        return Gates()
    usual = Gates()
    return Gates(
        _probability(policy.reading_accept, usual.accept),
        _probability(policy.reading_again, usual.second_reading),
        _probability(policy.reading_model, usual.model),
    )


def _probability(said: Amount | None, usual: float) -> float:
    return usual if said is None else said / ONE


class Step(Struct, frozen=True):
    """What comes next."""

    action: Action
    """What to do."""
    doubtful: tuple[str, ...] = ()
    """Fields that are missing or not sure enough, the least sure first."""


NEEDED: Mapping[Kind, tuple[str, ...]] = {
    "INVOICE": ("number", "issue_date", "currency", "seller.name", "totals.gross"),
    "CREDIT_NOTE": ("number", "issue_date", "currency", "seller.name", "totals.gross"),
    "RECEIPT": ("issue_date", "currency", "seller.name", "totals.gross"),
}
"""Fields without which nothing can be decided."""

_WHO_AND_WHAT = ("totals.payable", "totals.prepaid", "seller.vat_id", "payments[0].account.id")
_OF_INVOICES = frozenset({*NEEDED["INVOICE"], *_WHO_AND_WHAT, "totals.net", "totals.tax"})
WEIGHTY: Mapping[Kind, frozenset[str]] = {
    "INVOICE": _OF_INVOICES,
    "CREDIT_NOTE": _OF_INVOICES,
    "RECEIPT": frozenset({*NEEDED["RECEIPT"], *_WHO_AND_WHAT}),
}
"""Fields that have to be sure where they are there: money, and who gets it. What a receipt says of
its tax and its number decides nothing: where it is not sure, it is left out."""
SPLIT = frozenset({"totals.net", "totals.tax"})
"""How a total is made up: of a receipt used only where it is sure."""


def weighty(kind: Kind) -> frozenset[str]:
    """The fields of a kind of document that have to be sure where they are there."""
    return WEIGHTY.get(kind, _OF_INVOICES)


def next_step(
    fields: Iterable[FieldRead], kind: Kind, gates: Gates, tried: Collection[Action]
) -> Step:
    """What to do with a document of which this was read; `tried` is not proposed again.

    A field that is there and less sure than `gates.model` is for a person, whatever the others
    are. One that is missing is what a language model may find.
    """
    if kind not in NEEDED:
        return Step("PERSON")
    sure = {found.field: found.confidence for found in fields}
    looked_at = {field: sure[field] for field in WEIGHTY[kind] if field in sure}
    looked_at |= {field: 0.0 for field in NEEDED[kind] if field not in sure}
    doubtful = sorted((p, field) for field, p in looked_at.items() if p < gates.accept)
    names = tuple(field for _, field in doubtful)
    if not doubtful:
        return Step("ACCEPT")
    if any(0 < p < gates.model for p, _ in doubtful):
        return Step("PERSON", names)
    if "SECOND_READING" not in tried and any(p >= gates.second_reading for p, _ in doubtful):
        return Step("SECOND_READING", names)
    if "MODEL" not in tried:
        return Step("MODEL", names)
    return Step("PERSON", names)


def too_doubtful(fields: Iterable[FieldRead], kind: Kind, gates: Gates) -> tuple[str, ...]:
    """Fields that are better left out of the invoice than used."""
    strict = _strict(kind)
    return tuple(
        found.field
        for found in fields
        if found.confidence < (gates.accept if found.field in strict else gates.model)
    )


def wanted(field: str, kind: Kind, gates: Gates) -> float:
    """How sure a field has to be for nothing to be gained by reading it again."""
    return gates.accept if field in weighty(kind) | _strict(kind) else gates.model


def _strict(kind: Kind) -> frozenset[str]:
    return SPLIT if kind == "RECEIPT" else frozenset()
