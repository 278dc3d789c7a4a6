"""The decision as a table in the policy: the first row that fits decides.

>>> from operators.money import ONE
>>> rows = (
...     DecisionRow(name="refused", status="REJECTED", reason="Refused.", any_branch=("FAIL",)),
...     DecisionRow(name="large", status="REVIEW", reason="Large.", amount_from=10_000 * ONE),
...     DecisionRow(name="rest", status="APPROVED", reason="Nothing speaks against it."),
... )
>>> facts = Facts(statuses={"FRAUD": "PASS"}, amount=500 * ONE)
>>> applied(rows, facts).name
'rest'
>>> for each in explained(rows, facts).otherwise:
...     print(each.status, each.needs)
REJECTED ('a branch answers FAIL',)
REVIEW ('the amount is 10000.00 or more',)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from operators.decision import Branch, DecisionStatus
from operators.money import Amount, render

MISSING = "MISSING"
"""The status of a branch that has not answered."""


class DecisionRow(Struct, frozen=True, kw_only=True, gc=False):
    """A row: what it decides when all of its conditions hold. One that is not given holds."""

    name: str
    """What people call it."""
    status: DecisionStatus
    """What it decides."""
    approvers: str | None = None
    """The group that has to look at it; null for nobody."""
    reason: str
    """Why, in a sentence."""
    any_branch: tuple[str, ...] = ()
    """Some branch has one of these statuses; MISSING when it has not answered."""
    validation: tuple[str, ...] = ()
    """Validation has one of these."""
    inventory: tuple[str, ...] = ()
    """Inventory has one of these."""
    fraud: tuple[str, ...] = ()
    """Fraud has one of these."""
    pricing: tuple[str, ...] = ()
    """Pricing has one of these."""
    with_error: bool = False
    """Whether a status counts only beside a violation of severity ERROR."""
    amount_from: Amount | None = None
    """The amount due is that or more, in the policy's base currency; or it is not known."""
    amount_below: Amount | None = None
    """The amount due is known, and less."""
    vendor_classes: tuple[str, ...] = ()
    """The vendor is of one of these classes."""


class Facts(Struct, frozen=True, kw_only=True):
    """What a decision rests on."""

    statuses: Mapping[Branch, str]
    """Of every branch."""
    errors: AbstractSet[Branch] = frozenset()
    """Branches with a violation of severity ERROR."""
    amount: Amount | None = None
    """Amount due in the policy's base currency; None when it is not known."""
    vendor_class: str | None = None
    """Class of the vendor."""


class Otherwise(Struct, frozen=True):
    """Another row, and what would have to be so for it to decide."""

    name: str
    status: DecisionStatus
    needs: tuple[str, ...]


class Explanation(Struct, frozen=True):
    """The row that decides, what in it holds, and the rows that decide otherwise."""

    row: DecisionRow
    because: tuple[str, ...]
    otherwise: tuple[Otherwise, ...]


_UNDECIDED = DecisionRow(
    name="no row fits",
    status="REVIEW",
    reason="No row of the policy's decision table fits, so a person decides.",
)

_Condition = tuple[str, Callable[[Facts], bool]]


def applied(rows: Sequence[DecisionRow], facts: Facts) -> DecisionRow:
    """The first row that fits; REVIEW where none does."""
    return next((row for row in rows if _fits(row, facts)), _UNDECIDED)


def explained(rows: Sequence[DecisionRow], facts: Facts) -> Explanation:
    """Why that row, and what would have to change for another outcome."""
    row = applied(rows, facts)
    others: list[Otherwise] = []
    before: list[DecisionRow] = []
    for other in rows:
        if other.status != row.status:
            needs = [f"“{each.name}” does not fit" for each in before if _fits(each, facts)]
            needs += [text for text, holds in _conditions(other) if not holds(facts)]
            others.append(Otherwise(other.name, other.status, tuple(needs)))
        before.append(other)
    return Explanation(row, tuple(text for text, _ in _conditions(row)), tuple(others))


def _fits(row: DecisionRow, facts: Facts) -> bool:
    return all(holds(facts) for _, holds in _conditions(row))


def _conditions(row: DecisionRow) -> Iterator[_Condition]:
    """What a row demands, each as a sentence and as a check."""
    answers = " with an error" if row.with_error else ""
    if row.any_branch:
        yield f"a branch answers {_either(row.any_branch)}{answers}", _some_branch(row)
    for branch, wanted in _wanted(row):
        yield f"{branch.lower()} answers {_either(wanted)}{answers}", _branch(row, branch, wanted)
    least, limit = row.amount_from, row.amount_below
    if least is not None:
        text = f"the amount is {render(least)} or more"
        yield text, lambda facts: facts.amount is None or facts.amount >= least
    if limit is not None:
        text = f"the amount is below {render(limit)}"
        yield text, lambda facts: facts.amount is not None and facts.amount < limit
    if row.vendor_classes:
        text = f"the vendor's class is {_either(row.vendor_classes)}"
        yield text, lambda facts: facts.vendor_class in row.vendor_classes


def _wanted(row: DecisionRow) -> Iterator[tuple[Branch, tuple[str, ...]]]:
    named: tuple[tuple[Branch, tuple[str, ...]], ...] = (
        ("VALIDATION", row.validation),
        ("INVENTORY", row.inventory),
        ("FRAUD", row.fraud),
        ("PRICING", row.pricing),
    )
    return ((branch, wanted) for branch, wanted in named if wanted)


def _branch(row: DecisionRow, branch: Branch, wanted: tuple[str, ...]) -> Callable[[Facts], bool]:
    return lambda facts: (
        facts.statuses.get(branch, MISSING) in wanted
        and (branch in facts.errors or not row.with_error)
    )


def _some_branch(row: DecisionRow) -> Callable[[Facts], bool]:
    return lambda facts: any(
        status in row.any_branch and (branch in facts.errors or not row.with_error)
        for branch, status in facts.statuses.items()
    )


def _either(words: Sequence[str]) -> str:
    """Words joined with commas and an or.

    >>> _either(("A", "B", "C"))
    'A, B or C'
    """
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
