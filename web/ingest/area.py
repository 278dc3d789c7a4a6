"""An invoice comes in, for the first time or corrected."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute
from msgspec import json
from msgspec.structs import replace

from connectors import catalogue
from connectors.clock import now
from connectors.database.attempts import Attempt
from connectors.einvoice.uploaded import Given, of_document, of_invoice
from connectors.entrance import Entrance
from connectors.measures import Measures
from connectors.request_keys import RequestKeys
from operators.time import isoformat
from operators.upload import InvoiceUploaded
from web.ingest import body
from web.ingest.answers import Accepted, answer, status_url
from web.ingest.body import Body
from web.ingest.content import Content, Pages, Pointer, content_of, given_of, kind_of
from web.ingest.corrections import Corrections
from web.ingest.described import POST, PUT
from web.ingest.key import HEADER, Key, key_of, key_of_attempt
from web.ingest.limits import Held, Limits, Room
from web.ingest.once import once
from web.ingest.problems import Failure, told
from web.principal import Principal, Submitter
from web.problem import Problem

_INLINE = 65_536
"""Bytes up to which an invoice is read at once; longer ones in a thread, while others go on."""


class Ingest:
    """The area that takes invoices."""

    def __init__(
        self,
        entrance: Entrance,
        keys: RequestKeys,
        attempts: Callable[[str], Sequence[Attempt]],
        limits: Limits,
        measures: Measures,
    ) -> None:
        """`keys`: of requests that were sent before; `attempts`: what has come of a request."""
        self.entrance = entrance
        self.keys = keys
        self.corrections = Corrections(attempts)
        self.room = Room(limits)
        self.measures = measures
        self.router = APIRouter(route_class=_counted(self.room, measures))
        add = self.router.add_api_route
        add("/invoices", self._post, methods=["POST"], **POST)
        add("/requests/{request_id}/attempts/{attempt}", self._put, methods=["PUT"], **PUT)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected to Kafka, Redis and the store; at the end nothing is on its way any more."""
        async with self.keys.running(), self.entrance.running():
            yield

    async def _post(self, request: Request, who: Submitter) -> Response:
        with Held(self.room) as held:
            came, said = await self._read(request, held)
            header = request.headers.get(HEADER)
            key = key_of(who, header, came.content, said)
            taking = _Taking(self, request, came, said, key, who)
            return await taking.answered(keyed=header is not None)

    async def _put(
        self,
        request: Request,
        request_id: Annotated[str, Path(max_length=200)],
        attempt: Annotated[int, Path(ge=2, le=1_000)],
        who: Submitter,
    ) -> Response:
        with Held(self.room) as held:
            came, said = await self._read(request, held)
            key = key_of_attempt(who, request_id, attempt, came.content, said)
            taking = _Taking(self, request, came, said, key, who, attempt)
            return await taking.answered(keyed=True)

    async def _read(self, request: Request, held: Held) -> tuple[Body, Given]:
        limits = self.room.limits
        came = await body.read(request, held, limits.most_bytes, limits.read_limit.total_seconds())
        return came, given_of({**request.query_params, **came.fields})


class _Taking:
    """One invoice on its way in."""

    def __init__(
        self,
        area: Ingest,
        request: Request,
        came: Body,
        said: Given,
        key: Key,
        who: Principal,
        attempt: int = 1,
    ) -> None:
        self._area = area
        self._request = request
        self._came = came
        self._said = said
        self._key = key
        self._who = who
        self._attempt = attempt
        self._trace: bytes | None = None

    async def answered(self, *, keyed: bool) -> Response:
        """The answer; of a request with a key, that of the first time."""
        area = self._area
        content = await _understood(self._came.content)
        try:
            if keyed:
                done = await once(area.keys, self._key, lambda: self._take(content), area.measures)
            else:
                done = await self._take(content)
        except Failure as error:
            raise told(error, self._key) from None
        return answer(done, self._trace)

    async def _take(self, content: Content) -> bytes:
        area = self._area
        if self._attempt > 1:
            await area.corrections.check(self._who, self._key.request_id, self._attempt)
        upload = await self._upload(content)
        incoming = self._request.headers.get("traceparent")
        began = time.perf_counter()
        self._trace = await area.entrance.send(upload, incoming.encode() if incoming else None)
        area.measures.observe(catalogue.WEB_ACKNOWLEDGED, (time.perf_counter() - began,))
        area.measures.add(catalogue.WEB_INVOICES, 1, kind_of(content))
        return _accepted(upload)

    async def _upload(self, content: Content) -> InvoiceUploaded:
        """The event, with its document in the store."""
        area, came = self._area, self._came
        given = replace(
            self._said,
            request_id=self._key.request_id,
            attempt=self._attempt,
            tenant=self._who.tenant,
        )
        name = came.name or self._key.request_id
        if isinstance(content, Pages):
            document = await area.entrance.keep(came.content, content.media_type)
            return of_document(document, given, name, now(), _given_already)
        if isinstance(content, Pointer):
            document = await area.entrance.find(content.document)
            beside = content.given
            given = replace(
                given,
                vendor_id=given.vendor_id or beside.vendor_id,
                invoice_id=given.invoice_id or beside.invoice_id,
                origin=given.origin or beside.origin,
            )
            return of_document(document, given, name, now(), _given_already)
        return of_invoice(content, given, name, now(), _given_already)


async def _understood(content: bytes) -> Content:
    if len(content) <= _INLINE:
        return content_of(content)
    return await asyncio.to_thread(content_of, content)


def _accepted(upload: InvoiceUploaded) -> bytes:
    request_id = upload.request_id
    return json.encode(
        Accepted(
            request_id,
            upload.attempt,
            upload.invoice_id,
            upload.vendor_id,
            status_url(request_id),
            isoformat(upload.uploaded_at),
        )
    )


def _given_already() -> str:
    raise AssertionError("a request has its id before it is read")


def _counted(room: Room, measures: Measures) -> type[APIRoute]:
    """Routes that turn away what is too much before anything is done for it, and count refusals."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def counted(request: Request) -> Response:
                try:
                    with room.entered():
                        return await handle(request)
                except Problem as problem:
                    measures.add(catalogue.WEB_REFUSED, 1, problem.kind)
                    raise

            return counted

    return Route
