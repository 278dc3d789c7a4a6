"""The queue of open reviews as reviewers share it: each item is one person's for a while.

A claim is one UPDATE with its condition, so that of two people who reach for an item one has it.
Claims end by themselves: what is held until a moment that has passed is free.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Numeric,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from connectors.database.connected import Connected
from connectors.database.rows import identifier
from connectors.database.schema import open_review, result, review_answer, upload
from operators.money import Amount
from operators.result import Source
from operators.review import InvoiceReviewRequested, same_person
from operators.time import Instant

Order: TypeAlias = Literal["oldest", "dearest"]

_COUNTED = 10_000
"""Open reviews that are counted at most."""
_ANSWER_STANDS = 120_000
"""Milliseconds after which an answer that was published and has led to nothing no longer keeps an
item from others."""
_TRIED = 200
"""Items that are looked at for the next one."""


class Wanted(Struct, frozen=True):
    """Which open reviews; what is None does not matter."""

    kind: str | None = None
    group: str | None = None
    """Of approvers."""
    vendor: str | None = None
    """Its identifier, or a part of its name."""
    rule: str | None = None
    """What speaks against it."""
    postponed: bool = False
    """Those that somebody has put off, instead of those that are due."""
    order: Order = "oldest"


class Listed(Struct, frozen=True):
    """An open review in a line."""

    request_id: str
    attempt: int
    revision: int
    kind: str
    invoice_id: str
    vendor_id: str | None
    vendor_name: str | None
    amount: Amount | None
    currency: str | None
    """Of the amount; None for the policy's base currency."""
    approvers: str | None
    reason: str | None
    rules: tuple[str, ...]
    needed: int
    approved_by: tuple[str, ...]
    opened_at: Instant
    expires_at: Instant
    holder: str | None
    """Whose it is now; None when it is free."""
    held_until: Instant | None
    postponed_until: Instant | None

    def approved_by_person(self, who: str) -> bool:
        """Whether somebody has approved it already."""
        return any(same_person(each, who) for each in self.approved_by)


class Opened(Struct, frozen=True):
    """An open review with all that is asked."""

    listed: Listed
    asked: InvoiceReviewRequested


class Counts(Struct, frozen=True):
    """How many are open, by what they can be filtered by."""

    open: int
    kinds: dict[str, int]
    groups: dict[str, int]
    rules: dict[str, int]
    postponed: int


class Claim(Struct, frozen=True):
    """What came of reaching for an item."""

    mine: bool
    holder: str | None
    """Whose it is; None when the item is no longer open."""
    until: Instant | None


_LISTED = tuple(open_review.c[name] for name in Listed.__struct_fields__ if name in open_review.c)


class ReviewQueue:
    """What is open, and who has it."""

    def __init__(self, database: Connected) -> None:
        """Nothing is connected to yet."""
        self._database = database
        self._sealing = database.sealing

    def open(
        self, wanted: Wanted, tenant: str | None, now: Instant, most: int = 200
    ) -> list[Listed]:
        """The open reviews of a tenant that are wanted, in their order, no more than `most`."""
        # What is sealed says nothing to the database: names are then looked at here.
        here = wanted.vendor is not None and self._sealing.seals(open_review.c.vendor_name)
        query = (
            select(*_LISTED)
            .where(_of_tenant(tenant), *_conditions(wanted, now, vendors=not here))
            .order_by(*_ordering(wanted.order))
        )

        def call() -> list[Listed]:
            with self._database.reading.begin() as connection:
                if not here:
                    rows = connection.execute(query.limit(most)).mappings()
                    return [self._listed(each, now) for each in rows]
                some = connection.execution_options(yield_per=_TRIED).execute(query).mappings()
                found = (self._listed(each, now) for each in some)
                return list(islice((each for each in found if _of_vendor(each, wanted)), most))

        return self._database.asking(call)

    def counts(self, tenant: str | None, now: Instant) -> Counts:
        """How many reviews of a tenant are open."""
        query = (
            select(
                open_review.c.kind,
                open_review.c.approvers,
                open_review.c.rules,
                open_review.c.postponed_until,
            )
            .where(_of_tenant(tenant), ~_answered(now))
            .limit(_COUNTED)
        )

        def call() -> Counts:
            with self._database.reading.begin() as connection:
                rows = connection.execute(query).all()
            due = [each for each in rows if not (each[3] or 0) > now]
            return Counts(
                open=len(due),
                kinds=_counted(each[0] for each in due),
                groups=_counted(each[1] for each in due if each[1]),
                rules=_counted(rule for each in due for rule in each[2].split()),
                postponed=len(rows) - len(due),
            )

        return self._database.asking(call)

    def get(self, request_id: str, tenant: str | None, now: Instant) -> Opened | None:
        """An open review of a tenant; None when there is none."""
        query = select(*_LISTED, open_review.c.asked).where(
            _of_tenant(tenant), open_review.c.request_id == identifier(request_id)
        )

        def call() -> Opened | None:
            with self._database.reading.begin() as connection:
                found = connection.execute(query).mappings().one_or_none()
            if found is None:
                return None
            asked = self._sealing.open(open_review.c.asked, found["asked"], found)
            return Opened(self._listed(found, now), msgspec.convert(asked, InvoiceReviewRequested))

        return self._database.asking(call)

    def source(self, request_id: str, attempt: int) -> Source | None:
        """Where the record stands that branches have judged; None before any has."""
        query = (
            select(result.c.source_topic, result.c.source_partition, result.c.source_offset)
            .where(result.c.request_id == identifier(request_id), result.c.attempt == attempt)
            .limit(1)
        )

        def call() -> Source | None:
            with self._database.reading.begin() as connection:
                found = connection.execute(query).one_or_none()
            return None if found is None else Source(*found)

        return self._database.asking(call)

    def next(
        self,
        wanted: Wanted,
        tenant: str | None,
        who: str,
        now: Instant,
        lease: int,
        but: str | None = None,
    ) -> str | None:
        """Take the first item that is free and that this person may answer; its request.

        `but`: a request that is not wanted.
        """
        for each in self.open(wanted, tenant, now, _TRIED):
            if each.request_id == but:
                continue
            if each.holder is not None and not same_person(each.holder, who):
                continue
            if each.approved_by_person(who):
                continue
            if self.claim(each.request_id, who, now, lease).mine:
                return each.request_id
        return None

    def claim(self, request_id: str, who: str, now: Instant, lease: int) -> Claim:
        """Reach for an item, or keep it for longer: `lease` milliseconds from now."""
        changed = self._changed(
            request_id,
            or_(
                open_review.c.holder.is_(None),
                open_review.c.held_until <= now,
                self._sealing.same(open_review.c.holder, who),
            ),
            holder=who,
            held_until=now + lease,
        )
        if changed:
            return Claim(True, who, now + lease)
        held = self._held(request_id)
        if held.holder is None or not same_person(held.holder, who):
            return held
        # Somebody has given it to this person, and written the name in another way.
        theirs = self._sealing.same(open_review.c.holder, held.holder)
        if self._changed(request_id, theirs, holder=who, held_until=now + lease):
            return Claim(True, who, now + lease)
        return self._held(request_id)

    def release(self, request_id: str, who: str, now: Instant) -> bool:
        """Give an item back; whether it was this person's."""
        return self._changed(request_id, self._is_of(who, now), holder=None, held_until=None)

    def assign(self, request_id: str, to: str | None, now: Instant, lease: int) -> bool:
        """Give an item to somebody, or to nobody, whoever has it; whether it is open."""
        until = None if to is None else now + lease
        return self._changed(request_id, true(), holder=to, held_until=until)

    def hand_over(self, request_id: str, who: str, to: str, now: Instant, lease: int) -> bool:
        """Give an item to somebody else; whether it was this person's to give."""
        return self._changed(request_id, self._is_of(who, now), holder=to, held_until=now + lease)

    def people(self, tenant: str | None) -> list[str]:
        """Who has taken or approved an open review of a tenant, by name."""
        query = (
            select(open_review.c.request_id, open_review.c.holder, open_review.c.approved_by)
            .where(_of_tenant(tenant))
            .limit(_COUNTED)
        )

        def call() -> list[str]:
            with self._database.reading.begin() as connection:
                found = connection.execute(query).mappings().all()
            rows = [self._sealing.opened(open_review, each) for each in found]
            names = {name for row in rows for name in (row["holder"], *row["approved_by"]) if name}
            return sorted(names)

        return self._database.asking(call)

    def postpone(self, request_id: str, who: str, until: Instant, now: Instant) -> bool:
        """Put an item off; whether it was this person's to put off."""
        return self._changed(
            request_id,
            self._is_of(who, now),
            holder=None,
            held_until=None,
            postponed_until=until,
        )

    def _changed(self, request_id: str, condition: ColumnElement[bool], **values: Any) -> bool:
        key = {"request_id": identifier(request_id)}
        statement = (
            update(open_review)
            .where(open_review.c.request_id == key["request_id"], condition)
            .values(self._sealing.values(open_review, values, key))
        )

        def call() -> bool:
            with self._database.writing.begin() as connection:
                return connection.execute(statement).rowcount == 1

        return self._database.asking(call)

    def _held(self, request_id: str) -> Claim:
        table = open_review.c
        query = select(table.request_id, table.holder, table.held_until).where(
            table.request_id == identifier(request_id)
        )

        def call() -> Claim:
            with self._database.reading.begin() as connection:
                found = connection.execute(query).mappings().one_or_none()
            if found is None:
                return Claim(False, None, None)
            holder = self._sealing.open(table.holder, found["holder"], found)
            return Claim(False, holder, found["held_until"])

        return self._database.asking(call)

    def _is_of(self, who: str, now: Instant) -> ColumnElement[bool]:
        mine = self._sealing.same(open_review.c.holder, who)
        return and_(mine, open_review.c.held_until > now)

    def _listed(self, found: Mapping[Any, Any], now: Instant) -> Listed:
        opened = self._sealing.opened(open_review, found)
        values = {name: opened[name] for name in Listed.__struct_fields__}
        values["rules"] = tuple(values["rules"].split())
        values["approved_by"] = tuple(values["approved_by"])
        if (values["held_until"] or 0) <= now:
            values |= {"holder": None, "held_until": None}
        return Listed(**values)


def _of_tenant(tenant: str | None) -> ColumnElement[bool]:
    """Whose a request is, its first attempt says: a corrected one is sent by nobody."""
    whose = (
        select(upload.c.tenant)
        .where(upload.c.request_id == open_review.c.request_id)
        .order_by(upload.c.attempt)
        .limit(1)
        .scalar_subquery()
    )
    return whose.is_(None) if tenant is None else whose == tenant


def _answered(now: Instant) -> ColumnElement[bool]:
    """Whether an answer is on its way."""
    given = review_answer.c
    return exists(
        select(given.answer_id).where(
            given.request_id == open_review.c.request_id,
            given.attempt == open_review.c.attempt,
            given.revision == open_review.c.revision,
            given.refusal.is_(None),
            or_(given.published_at.is_(None), given.published_at > now - _ANSWER_STANDS),
        )
    )


def _conditions(wanted: Wanted, now: Instant, *, vendors: bool) -> list[ColumnElement[bool]]:
    """`vendors`: whether the vendor is among them."""
    table = open_review.c
    later = and_(table.postponed_until.is_not(None), table.postponed_until > now)
    conditions: list[ColumnElement[bool]] = [later if wanted.postponed else ~later, ~_answered(now)]
    if wanted.kind is not None:
        conditions.append(table.kind == wanted.kind)
    if wanted.group is not None:
        conditions.append(table.approvers == wanted.group)
    if wanted.vendor is not None and vendors:
        name = func.lower(func.coalesce(table.vendor_name, ""))
        conditions.append(
            or_(
                table.vendor_id == wanted.vendor,
                name.contains(wanted.vendor.lower(), autoescape=True),
            )
        )
    if wanted.rule is not None:
        conditions.append(table.rules.contains(f" {wanted.rule} ", autoescape=True))
    return conditions


def _ordering(order: Order) -> tuple[Any, ...]:
    table = open_review.c
    oldest = table.opened_at, table.request_id
    if order == "oldest":
        return oldest
    # An amount that is not known counts as large.
    amount = cast(table.amount, Numeric(28, 8))
    return table.amount.is_not(None), amount.desc(), *oldest


def _of_vendor(listed: Listed, wanted: Wanted) -> bool:
    """As the database sees it where names are not sealed."""
    assert wanted.vendor is not None
    name = (listed.vendor_name or "").lower()
    return listed.vendor_id == wanted.vendor or wanted.vendor.lower() in name


def _counted(values: Any) -> dict[str, int]:
    return dict(Counter(values).most_common())
