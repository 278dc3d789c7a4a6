"""What an audit of the books finds.

>>> Finding(kind="over_limit", message="Order PO1 line 10: 12 of 11.").kind
'over_limit'
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.result import Source

FindingKind: TypeAlias = Literal[
    "over_limit",
    "books_differ",
    "answered_twice",
    "booked_otherwise",
    "not_booked",
    "never_answered",
    "credit_reserves",
    "unfounded",
    "not_settled",
    "still_counted",
    "final_changed",
    "lost",
]
"""What may be wrong.

- over_limit: more is booked on an order line than may be billed.
- books_differ: an order's sums are not what its requests hold.
- answered_twice: the same attempt was answered with other quantities.
- booked_otherwise: a request holds something else than it was answered.
- not_booked: reserved by the answer, but nothing is held.
- never_answered: something is held of which nobody was told.
- credit_reserves: a credit note that bills.
- unfounded: confirmed or released without a cause.
- not_settled: a settlement that was read, and has not moved what was reserved.
- still_counted: reserved, though a later attempt has taken its place.
- final_changed: confirmed or released, and then something else.
- lost: forgotten while it was reserved.
"""


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    kind: FindingKind
    message: str
    """A sentence with the numbers."""
    request_ids: tuple[str, ...] = ()
    """Requests it is about, or that were booked when it came about."""
    purchase_order: str | None = None
    order_line: str | None = None
    sources: tuple[Source, ...] = ()
    """Records that show it."""
