"""Columns of the database that can be sealed, by the names that the setting `database.sealed` has.

What lists sort, filter or join by cannot: a sealed value says nothing to the database.
"""

from collections.abc import Iterable, Mapping

SEALABLE: Mapping[str, tuple[str, ...]] = {
    "upload": ("document",),
    "result": ("violations", "details"),
    "decision": ("branches", "changes", "reason", "reviews"),
    "review": ("reviewer", "reason"),
    "open_review": ("vendor_name", "reason", "approved_by", "asked", "holder"),
    "review_answer": ("reviewer", "reason", "corrected"),
}
"""By table, columns with names, accounts, what somebody wrote, or sentences that quote them."""

LOOKED_FOR = frozenset({"open_review.holder", "review_answer.reviewer"})
"""Columns that are looked for by their whole value, so what is sealed carries a blind index."""

ALL = "all"
"""Stands for every column that can be sealed."""

_EVERY = frozenset(f"{table}.{column}" for table, columns in SEALABLE.items() for column in columns)


def sealed_columns(names: Iterable[str]) -> frozenset[str]:
    """The columns of these names. Raises ValueError, which says what can be sealed.

    >>> sorted(sealed_columns(["review.reviewer", "review.reason"]))
    ['review.reason', 'review.reviewer']
    >>> sealed_columns(["all"]) == sealed_columns(_EVERY)
    True
    >>> sealed_columns(["upload.vendor_id"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: upload.vendor_id cannot be sealed, since requests are found, sorted or joined by ...
    """
    wanted = frozenset(names)
    if ALL in wanted:
        wanted = wanted - {ALL} | _EVERY
    for name in sorted(wanted - _EVERY):
        raise ValueError(
            f"{name} cannot be sealed, since requests are found, sorted or joined by what is not "
            f"in this list: {', '.join(sorted(_EVERY))}; or say {ALL}"
        )
    return wanted
