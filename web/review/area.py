"""The review pages: the queue, an item, and what is done with it.

Opening an item takes it, for as long as somebody works on it: every request about it keeps it.
Answers are published when they can no longer be taken back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from msgspec import Struct

from connectors.clock import now
from connectors.codec import TooLarge
from connectors.database.requests import Known, Requests
from connectors.database.review_answers import ReviewAnswers
from connectors.database.review_queue import Opened, Order, ReviewQueue, Wanted
from connectors.einvoice import Unreadable
from connectors.einvoice.editing import edited
from operators.extraction.page import Box
from operators.invoice import Invoice
from operators.money import render
from operators.review import InvoiceReviewCompleted, fault, same_person
from web.pages.rendering import Pages, wants_page
from web.principal import AskedFirst, Principal, Reviewer
from web.problem import Problem
from web.review.asked import Answer, Assigned, Changes, Postponed, became
from web.review.form import form_of
from web.review.judged import NOTHING, Judged, JudgedInvoices
from web.review.outbox import Outbox
from web.review.pictures import Pictures
from web.review.rules import Rules
from web.review.shown import shown
from web.text import PlainText

_SHOWN = 200


class Reviewing(Struct, frozen=True):
    """What the pages work with."""

    pages: Pages
    queue: ReviewQueue
    answers: ReviewAnswers
    requests: Requests
    judged: JudgedInvoices
    pictures: Pictures
    rules: Rules
    outbox: Outbox
    lease: int
    """Milliseconds for which an item is somebody's who does nothing."""
    undo: int
    """Milliseconds for which an answer can be taken back."""


class Filter(Struct, frozen=True):
    """The filter of a queue, as addresses carry it."""

    wanted: Wanted
    query: str
    """Of an address."""


def filtered(
    kind: PlainText | None = None,
    group: PlainText | None = None,
    vendor: PlainText | None = None,
    rule: PlainText | None = None,
    order: Order = "oldest",
    postponed: bool = False,
) -> Filter:
    """The filter that an address asks for; what is empty does not matter."""
    given = {"kind": kind, "group": group, "vendor": vendor, "rule": rule}
    texts = {name: text.strip() for name, text in given.items() if text and text.strip()}
    query: dict[str, str] = dict(texts)
    if order != "oldest":
        query["order"] = order
    if postponed:
        query["postponed"] = "true"
    wanted = Wanted(
        texts.get("kind"),
        texts.get("group"),
        texts.get("vendor"),
        texts.get("rule"),
        postponed,
        order,
    )
    return Filter(wanted, urlencode(query))


Chosen: TypeAlias = Annotated[Filter, Depends(filtered)]


class ReviewArea:
    """`/review`."""

    def __init__(self, parts: Reviewing) -> None:
        self._of = parts
        self.router = APIRouter(prefix="/review", route_class=AskedFirst, include_in_schema=False)
        routes: tuple[tuple[str, str, Any], ...] = (
            ("GET", "", self._list),
            ("POST", "/next", self._next),
            ("GET", "/answers/{answer_id}", self._became),
            ("POST", "/answers/{answer_id}/undo", self._undo),
            ("GET", "/{request_id}", self._item),
            ("POST", "/{request_id}/claim", self._claim),
            ("POST", "/{request_id}/release", self._release),
            ("POST", "/{request_id}/assign", self._assign),
            ("POST", "/{request_id}/postpone", self._postpone),
            ("POST", "/{request_id}/check", self._check),
            ("POST", "/{request_id}/answer", self._answer),
            ("GET", "/{request_id}/pages/{number}.png", self._page),
            ("GET", "/{request_id}/places", self._places),
        )
        for method, path, endpoint in routes:
            self.router.add_api_route(path, endpoint, methods=[method], response_model=None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Publishes what is answered."""
        with self._of.outbox.running():
            yield
        self._of.pictures.close()

    def _list(
        self,
        request: Request,
        who: Reviewer,
        chosen: Chosen,
        said: PlainText | None = None,
    ) -> Response | dict[str, Any]:
        at = now()
        found = self._of.queue.open(chosen.wanted, who.tenant, at, _SHOWN)
        counts = self._of.queue.counts(who.tenant, at)
        if not wants_page(request):
            return {"open": counts.open, "reviews": [_plain(each) for each in found]}
        return self._of.pages.page(
            request,
            "review/queue.html",
            who=who,
            found=found,
            counts=counts,
            chosen=chosen,
            at=at,
            shown=_SHOWN,
            given=None if said is None else self._of.answers.get(said, who.subject),
        )

    def _next(
        self,
        request: Request,
        who: Reviewer,
        chosen: Chosen,
        but: PlainText | None = None,
    ) -> Response | dict[str, Any]:
        address = self._next_address(chosen, who, but=but)
        if wants_page(request):
            return RedirectResponse(address, 303)
        return {"next": address}

    def _item(
        self,
        request: Request,
        request_id: str,
        who: Reviewer,
        chosen: Chosen,
        said: PlainText | None = None,
    ) -> Response | dict[str, Any]:
        at = now()
        found = self._of.queue.get(request_id, who.tenant, at)
        if found is None:
            raise _gone(request_id)
        claim = self._of.queue.claim(request_id, who.subject, at, self._of.lease)
        known = self._of.requests.known(request_id, who.tenant)
        judged = self._judged(found)
        form = None
        if judged.invoice is not None:
            form = form_of(judged.invoice, judged.reading, found.asked.violations)
        if not wants_page(request):
            return {"review": _plain(found.listed), "mine": claim.mine, "holder": claim.holder}
        approved = any(same_person(each, who.subject) for each in found.listed.approved_by)
        return self._of.pages.page(
            request,
            "review/item.html",
            who=who,
            listed=found.listed,
            asked=found.asked,
            claim=claim,
            approved=approved,
            decision=_decision_of(known, found),
            details=_details_of(known, found),
            judged=judged,
            form=form,
            boxes=_boxes(judged),
            chosen=chosen,
            given=None if said is None else self._of.answers.get(said, who.subject),
            lease=self._of.lease,
            people=self._of.queue.people(who.tenant),
            at=at,
        )

    def _claim(self, request_id: str, who: Reviewer) -> dict[str, Any]:
        self._found(request_id, who)
        claim = self._of.queue.claim(request_id, who.subject, now(), self._of.lease)
        if not claim.mine:
            raise _held(claim.holder, claim.until)
        return {"holder": claim.holder, "until": claim.until}

    def _release(self, request_id: str, who: Reviewer) -> dict[str, Any]:
        self._found(request_id, who)
        return {"released": self._of.queue.release(request_id, who.subject, now())}

    def _assign(self, request_id: str, to: Assigned, who: Reviewer) -> dict[str, Any]:
        self._found(request_id, who)
        at, lease = now(), self._of.lease
        if who.may("admin"):
            given = self._of.queue.assign(request_id, to.to, at, lease)
        elif to.to is None:
            given = self._of.queue.release(request_id, who.subject, at)
        else:
            given = self._of.queue.hand_over(request_id, who.subject, to.to, at, lease)
        if not (given or who.may("admin")):
            raise Problem(
                403,
                "not-yours",
                "Not yours to give",
                "Only who has it can give it to another, or somebody with the scope “admin”.",
            )
        return {"assigned": given, "holder": to.to}

    def _postpone(
        self,
        request: Request,
        request_id: str,
        until: Postponed,
        who: Reviewer,
        chosen: Chosen,
    ) -> dict[str, Any]:
        self._found(request_id, who)
        at = now()
        then = at + until.minutes * 60_000
        if not self._of.queue.postpone(request_id, who.subject, then, at):
            raise _held(None, None)
        return {"until": then, "next": self._next_address(chosen, who)}

    def _check(self, request_id: str, changes: Changes, who: Reviewer) -> dict[str, Any]:
        found = self._found(request_id, who)
        invoice = self._judged(found).invoice
        if invoice is None:
            return {"problems": [], "broken": None}
        # Who types works on it.
        self._of.queue.claim(request_id, who.subject, now(), self._of.lease)
        try:
            changed = edited(invoice, changes.changes)
        except Unreadable as unreadable:
            return {"problems": [_problem(unreadable)], "broken": []}
        broken = self._of.rules.broken(changed, now())
        return {
            "problems": [],
            "broken": broken
            and [
                {
                    "rule_id": each.rule_id,
                    "severity": each.severity,
                    "message": each.message,
                    "field": each.field,
                }
                for each in broken
            ],
        }

    def _answer(
        self,
        request_id: str,
        answer: Answer,
        who: Reviewer,
        chosen: Chosen,
    ) -> dict[str, Any]:
        found = self._found(request_id, who)
        asked = found.asked
        if (asked.attempt, asked.revision) != (answer.attempt, answer.revision):
            raise Problem(
                409,
                "outdated",
                "It has changed meanwhile",
                f"Revision {asked.revision} of attempt {asked.attempt} is asked about now: "
                "look at it again.",
            )
        corrected = self._corrected(found, answer)
        outcome = answer.outcome if corrected is None else "CORRECTED"
        if outcome == "APPROVED" and any(
            same_person(each, who.subject) for each in found.listed.approved_by
        ):
            raise Problem(
                409,
                "same-reviewer",
                "You have approved it already",
                f"{asked.needed} different people have to approve this: let another look at it.",
            )
        at = now()
        said = InvoiceReviewCompleted(
            request_id=asked.request_id,
            attempt=asked.attempt,
            revision=asked.revision,
            vendor_id=asked.vendor_id,
            outcome=outcome,
            reviewer=who.subject,
            reason=answer.reason.strip(),
            completed_at=at,
            corrected=corrected,
        )
        wrong = fault(said)
        if wrong is not None:
            raise Problem(422, "invalid", "This cannot be sent", f"{wrong[:1].upper()}{wrong[1:]}.")
        try:
            self._of.outbox.check(said)
        except TooLarge as large:
            raise Problem(
                413,
                "too-large",
                "The correction is too large",
                f"{large}: shorten its texts, or reject it and have it sent anew.",
            ) from None
        given = self._of.answers.give(said, at, self._of.undo)
        if given is None:
            claim = self._of.queue.claim(request_id, who.subject, at, self._of.lease)
            raise _held(claim.holder, claim.until)
        return {
            "answer_id": given.answer_id,
            "outcome": given.completed.outcome,
            "due_at": given.due_at,
            "next": self._next_address(chosen, who, given.answer_id),
        }

    def _became(self, answer_id: PlainText, who: Reviewer) -> dict[str, Any]:
        given = self._of.answers.get(answer_id, who.subject)
        if given is None:
            raise _no_answer()
        known = self._of.requests.known(given.completed.request_id, who.tenant)
        return became(given, [] if known is None else list(known.decisions))

    def _undo(self, answer_id: PlainText, who: Reviewer) -> dict[str, Any]:
        request_id = self._of.answers.take_back(answer_id, who.subject, now(), self._of.lease)
        if request_id is None:
            raise Problem(
                409,
                "published",
                "Too late",
                "It is on its way: what has to be changed now is a new attempt.",
            )
        return {"request_id": request_id, "next": f"/review/{quote(request_id, safe='')}"}

    async def _page(
        self, request: Request, request_id: str, number: int, who: Reviewer
    ) -> Response:
        judged = await run_in_threadpool(self._looked_at, request_id, who)
        if judged.document is None or number < 1:
            raise Problem(404, "not-found", "Not found", "There is no such page.")
        return await shown(self._of.pictures, judged.document, number, request)

    async def _places(self, request_id: str, who: Reviewer) -> dict[str, Any]:
        judged = await run_in_threadpool(self._looked_at, request_id, who)
        if judged.document is None:
            raise Problem(404, "not-found", "Not found", "There is no document.")
        fields = [] if judged.reading is None else judged.reading.fields
        placed = [each for each in fields if each.page is not None and each.box is not None]
        boxes: tuple[tuple[int, Box], ...] = tuple(
            (each.page, each.box) for each in placed if each.page and each.box
        )
        found = await self._of.pictures.places(judged.document, boxes)
        return {
            "words": [
                {"page": each.page, "text": each.text, "corners": each.corners}
                for each in found.words
            ],
            "fields": [
                {"field": each.field, "page": each.page, "corners": corners}
                for each, corners in zip(placed, found.boxes, strict=True)
                if corners
            ],
        }

    def _found(self, request_id: str, who: Principal) -> Opened:
        found = self._of.queue.get(request_id, who.tenant, now())
        if found is None:
            raise _gone(request_id)
        return found

    def _looked_at(self, request_id: str, who: Principal) -> Judged:
        return self._judged(self._found(request_id, who))

    def _judged(self, found: Opened) -> Judged:
        asked = found.asked
        if asked.invoice is not None:
            return Judged(asked.invoice, asked.document, asked.reading)
        source = self._of.queue.source(asked.request_id, asked.attempt)
        return NOTHING if source is None else self._of.judged.at(source)

    def _corrected(self, found: Opened, answer: Answer) -> Invoice | None:
        if answer.outcome != "APPROVED" or not answer.changes:
            return None
        invoice = self._judged(found).invoice
        if invoice is None:
            raise Problem(
                409, "no-invoice", "Nothing to correct", "The invoice is not here any more."
            )
        try:
            changed = edited(invoice, answer.changes)
        except Unreadable as unreadable:
            raise Problem(
                422,
                "invalid",
                "A value cannot be read",
                str(unreadable),
                errors=[_problem(unreadable)],
            ) from None
        return None if changed == invoice else changed

    def _next_address(
        self, chosen: Filter, who: Principal, said: str | None = None, but: str | None = None
    ) -> str:
        request_id = self._of.queue.next(
            chosen.wanted, who.tenant, who.subject, now(), self._of.lease, but
        )
        path = "/review" if request_id is None else f"/review/{quote(request_id, safe='')}"
        query = "&".join(filter(None, (chosen.query, said and f"said={said}")))
        return f"{path}?{query}" if query else path


def _decision_of(known: Known | None, found: Opened) -> Any:
    if known is None:
        return None
    place = found.asked.attempt, found.asked.revision
    return next((each for each in known.decisions if (each.attempt, each.revision) == place), None)


def _details_of(known: Known | None, found: Opened) -> dict[str, Any]:
    """What each branch has found out, by its name; the last answer of the attempt."""
    if known is None:
        return {}
    return {each.branch: each for each in known.answers if each.attempt == found.asked.attempt}


def _boxes(judged: Judged) -> list[tuple[Any, ...]]:
    """Where values were read, on the straightened pages: near enough until it is known better."""
    fields = [] if judged.reading is None else judged.reading.fields
    return [
        (each.field, each.page, each.box.left, each.box.top, each.box.right, each.box.bottom)
        for each in fields
        if each.page is not None and each.box is not None
    ]


def _plain(listed: Any) -> dict[str, Any]:
    values = {name: getattr(listed, name) for name in listed.__struct_fields__}
    # Amounts are exact text: no reader's floats.
    values["amount"] = None if listed.amount is None else render(listed.amount)
    return values


def _problem(unreadable: Unreadable) -> dict[str, str]:
    text = str(unreadable)
    path = text.split(" ", 1)[0].strip("“”")
    return {"field": path, "message": text}


def _gone(request_id: str) -> Problem:
    return Problem(
        404,
        "not-open",
        "Nothing to review here",
        "No review of this request is open: it has been decided, or nobody was asked.",
        request_id=request_id,
    )


def _held(holder: str | None, until: int | None) -> Problem:
    if holder is None:
        detail = "It is not yours any more: open it again."
    else:
        detail = f"{holder} has it now: take the next one."
    return Problem(409, "held", "Somebody else has it", detail, holder=holder, until=until)


def _no_answer() -> Problem:
    return Problem(404, "not-found", "Not found", "There is no such answer of yours.")
