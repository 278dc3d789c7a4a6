"""The routes about requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, BeforeValidator, Field

from connectors.database.requests import Sort, Wanted
from operators.time import Instant
from web.live.hub import Hub
from web.live.streams import Streams
from web.pages.rendering import wants_page
from web.principal import AskedFirst, Reader, Submitter
from web.requests import models
from web.requests.cursor import decode, encode
from web.requests.documents import Documents
from web.requests.looking import Look, look, missing
from web.requests.page import RequestPages
from web.requests.reading import Reading
from web.requests.records import Records
from web.requests.stream import answer, events
from web.requests.telling import event, summary, told, told_early
from web.requests.withdrawing import Withdrawing
from web.text import PlainText

_LONGEST_ID = 512
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Status = Literal["OPEN", "APPROVED", "REVIEW", "REJECTED", "REPLACED", "UNKNOWN"]
_Short: TypeAlias = Annotated[PlainText, Field(max_length=200)]
_Chosen = BeforeValidator(lambda value: value or None)
"""Forms send a choice that restricts nothing as empty text."""
_NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such request, or it is somebody else's."}
}
_CANCELLED: dict[int | str, dict[str, Any]] = {
    **_NOT_THERE,
    409: {"description": "It is settled: `decision` says as what; or its document is being read."},
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The page.", "content": {"image/png": {}}},
    304: {"description": "It is the one whose `ETag` is in `If-None-Match`."},
    422: {"description": "There is a document that cannot be drawn; why is said."},
    503: {"description": "Too much is being drawn, or the store is away: `Retry-After`."},
    **_NOT_THERE,
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events named `progress`, whose data is a Progress, until it is decided.",
        "content": {
            "text/event-stream": {
                "example": "id: 1-0-0010-judging\nevent: progress\n"
                'data: {"request_id": "018f…", "state": "judging", "branches": {"FRAUD": "PASS"}}'
            }
        },
    },
    204: {"description": "It is decided, and nothing has changed since `Last-Event-ID`."},
    **_NOT_THERE,
    429: {"description": "You have as many streams open as one may have."},
    503: {"description": "As many streams are open as there may be."},
}


class RequestsArea:
    """`/requests`: what has become of them."""

    def __init__(
        self,
        reading: Reading,
        hub: Hub,
        streams: Streams,
        pages: RequestPages,
        records: Records,
        documents: Documents,
        withdrawing: Withdrawing,
    ) -> None:
        self._reading = reading
        self._hub = hub
        self._streams = streams
        self._pages = pages
        self._records = records
        self._documents = documents
        self._withdrawing = withdrawing
        self.router = router = APIRouter(route_class=AskedFirst, tags=["requests"])
        router.add_api_route(
            "/requests",
            self._list,
            methods=["GET"],
            response_model=models.Listed,
            summary="Find requests",
        )
        router.add_api_route(
            "/requests/{request_id}",
            self._one,
            methods=["GET"],
            response_model=models.Request,
            responses=_NOT_THERE,
            summary="All that is known of a request",
        )
        router.add_api_route(
            "/requests/{request_id}/events",
            self._events,
            methods=["GET"],
            response_class=Response,
            responses=_STREAM,
            summary="Follow a request until it is decided",
        )
        router.add_api_route(
            "/requests/{request_id}/cancel",
            self._cancel,
            methods=["POST"],
            status_code=202,
            response_model=models.Progress,
            responses=_CANCELLED,
            summary="Take a request back",
        )
        router.add_api_route(
            "/requests/{request_id}/records",
            self._raw,
            methods=["GET"],
            responses=_NOT_THERE,
            summary="The records about a request, decoded",
        )
        router.add_api_route(
            "/requests/{request_id}/pages/{number}",
            self._page,
            methods=["GET"],
            response_class=Response,
            responses=_PICTURE,
            summary="A page of its document, as a picture",
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The database is asked while it runs."""
        async with self._reading.running():
            try:
                yield
            finally:
                self._records.close()
                self._documents.close()

    async def _list(
        self,
        who: Reader,
        request: Request,
        status: Annotated[
            Status | None,
            _Chosen,
            Query(description="Of the decision in force; OPEN for those without one."),
        ] = None,
        vendor: Annotated[_Short | None, _Chosen, Query(examples=["V-1001"])] = None,
        number: Annotated[
            _Short | None,
            _Chosen,
            Query(description="The invoice's.", examples=["RE-117"]),
        ] = None,
        origin: Annotated[PlainText | None, Query(max_length=20, examples=["API"])] = None,
        since: Annotated[AwareDatetime | None, Query(description="Uploaded then or later.")] = None,
        until: Annotated[AwareDatetime | None, Query(description="Uploaded before.")] = None,
        sort: Annotated[
            Sort,
            Query(
                description="By the amount only among those whose amount is known, whatever the "
                "currency; restrict it by `since`, since all that are left are sorted then."
            ),
        ] = "newest",
        size: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[
            str | None, Query(max_length=2_000, description="`next` of the page before.")
        ] = None,
    ) -> models.Listed | Response:
        """Those of your tenant, by their latest attempt, a page at a time.

        A page begins behind the last request of the one before, wherever others have come between.
        """
        wanted = Wanted(
            status=status,
            vendor_id=vendor,
            number=number,
            origin=origin,
            since=_instant(since),
            until=_instant(until),
            sort=sort,
            size=size + 1,
            after=None if cursor is None else decode(cursor, sort),
        )
        found = await self._reading.found(wanted, who.tenant)
        more = encode(sort, found[size - 1].place) if len(found) > size else None
        listed = models.Listed(requests=[summary(each) for each in found[:size]], next=more)
        if not wants_page(request):
            return listed
        asked = {"status": status, "vendor": vendor, "number": number, "sort": sort}
        kept = urlencode({name: value for name, value in asked.items() if value})
        return self._pages.list(request, who, listed, {**asked, "query": f"{kept}&"})

    async def _one(
        self, who: Reader, request: Request, request_id: str
    ) -> models.Request | Response:
        """Its state, what each branch says and why, every revision, and the whole of its way."""
        found = await look(self._reading, self._hub, _identifier(request_id), who)
        if wants_page(request):
            return await self._pages.one(request, who, _told(found), found.known)
        return _told(found)

    async def _cancel(
        self, who: Submitter, request_id: str, why: models.Cancelling | None = None
    ) -> models.Progress:
        """It is rejected, as if a person who reviews it had done so, unless it is settled already.

        Answers of branches that come later change nothing. Once Kafka has taken that over it is
        accepted; follow the request to see it decided. Again for a request that was cancelled, it
        is accepted and changes nothing.
        """
        found = await look(self._reading, self._hub, _identifier(request_id), who)
        await self._withdrawing.withdraw(found, who, why.reason if why else None)
        return event(found.progress)

    async def _raw(self, who: Reader, request_id: str) -> dict[str, Any]:
        """Read again from Kafka, as long as they are kept there."""
        found = await look(self._reading, self._hub, _identifier(request_id), who)
        return {"records": [] if found.known is None else await self._records.of(found.known)}

    async def _page(self, who: Reader, request: Request, request_id: str, number: int) -> Response:
        """Counted from 1; `Page-Count` says how many there are."""
        found = await look(self._reading, self._hub, _identifier(request_id), who)
        if found.known is None:
            raise missing(request_id)
        return await self._documents.page(found.known, number, request)

    async def _events(
        self,
        who: Reader,
        request_id: str,
        last_event_id: Annotated[
            str | None, Header(max_length=100, description="Of the last event that was read.")
        ] = None,
    ) -> Response:
        """First how far it has come, then each step further; closes when it is decided for good."""
        request_id = _identifier(request_id)
        if last_event_id is not None and last_event_id.endswith("-decided"):
            found = await look(self._reading, self._hub, request_id, who)
            if found.progress.mark == last_event_id:
                # Browsers connect again after the end; this tells them not to.
                return Response(status_code=204)
        parts = (self._reading, self._hub, self._streams)
        return await answer(events(*parts, request_id, who, last_event_id))


def _told(found: Look) -> models.Request:
    if found.known is not None:
        return told(found.known, found.progress, found.watched)
    assert found.watched is not None
    assert found.watched.upload is not None
    return told_early(found.watched, found.watched.upload, found.progress)


def _instant(at: datetime | None) -> Instant | None:
    """Also of what is before the year 1 or after 9999 once it is told in UTC."""
    if at is None:
        return None
    return round((at.replace(tzinfo=UTC) - _EPOCH - (at.utcoffset() or timedelta())) / _MILLISECOND)


def _identifier(request_id: str) -> str:
    if len(request_id) > _LONGEST_ID:
        raise missing(request_id)
    return request_id
