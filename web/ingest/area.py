"""`POST /invoices`: an invoice comes in."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from msgspec import json
from msgspec.structs import replace

from connectors import catalogue
from connectors.clock import now
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
from web.ingest.described import POST
from web.ingest.key import HEADER, Key, key_of
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
        limits: Limits,
        measures: Measures | None = None,
    ) -> None:
        """`keys`: what is known of requests that were sent before."""
        self._entrance = entrance
        self._keys = keys
        self._room = Room(limits)
        self._measures = measures or Measures()
        self.router = APIRouter(route_class=_counted(self._room, self._measures))
        self.router.add_api_route("/invoices", self._post, methods=["POST"], **POST)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected to Kafka, Redis and the store; at the end nothing is on its way any more."""
        async with self._keys.running(), self._entrance.running():
            yield

    async def _post(self, request: Request, who: Submitter) -> Response:
        limits = self._room.limits
        with Held(self._room) as held:
            came = await body.read(
                request, held, limits.most_bytes, limits.read_limit.total_seconds()
            )
            given = given_of({**request.query_params, **came.fields})
            header = request.headers.get(HEADER)
            key = key_of(who, header, came.content, given)
            content = await _understood(came.content)
            traces: list[bytes] = []

            async def take() -> bytes:
                upload = await self._upload(came, content, given, key, who)
                incoming = request.headers.get("traceparent")
                began = time.perf_counter()
                sent = self._entrance.send(upload, incoming.encode() if incoming else None)
                traces.append(await sent)
                self._measured(content, time.perf_counter() - began)
                return _accepted(upload)

            try:
                if header is None:
                    done = await take()
                else:
                    done = await once(self._keys, key, take, self._measures)
            except Failure as error:
                raise told(error, key) from None
        return answer(done, traces[0] if traces else None)

    async def _upload(
        self, came: Body, content: Content, said: Given, key: Key, who: Principal
    ) -> InvoiceUploaded:
        """The event, with its document in the store."""
        given = replace(said, request_id=key.request_id, attempt=1, tenant=who.tenant)
        name = came.name or key.request_id
        if isinstance(content, Pages):
            document = await self._entrance.keep(came.content, content.media_type)
            return of_document(document, given, name, now(), _given_already)
        if isinstance(content, Pointer):
            document = await self._entrance.find(content.document)
            beside = content.given
            given = replace(
                given,
                vendor_id=given.vendor_id or beside.vendor_id,
                invoice_id=given.invoice_id or beside.invoice_id,
                origin=given.origin or beside.origin,
            )
            return of_document(document, given, name, now(), _given_already)
        return of_invoice(content, given, name, now(), _given_already)

    def _measured(self, content: Content, seconds: float) -> None:
        self._measures.add(catalogue.WEB_INVOICES, 1, kind_of(content))
        self._measures.observe(catalogue.WEB_ACKNOWLEDGED, (seconds,))


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
