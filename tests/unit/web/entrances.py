"""A way in that is made of lists, and the application over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

from fastapi import FastAPI

from connectors.database.attempts import Attempt
from connectors.measures import Measures
from connectors.request_keys import KeysOfOneProcess, RequestKeys
from operators.upload import Document, InvoiceUploaded
from web.app import application
from web.ingest import Ingest, Limits
from web.principal import Access, Everybody
from web.watched import Watched

TRACE = b"00-11111111111111111111111111111111-00000000000000ff-01"


class Entrances:
    """Takes uploads as the real one does; fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[InvoiceUploaded] = []
        self.traces: list[bytes | None] = []
        self.kept: dict[str, bytes] = {}
        self.failures: list[Exception] = []
        """Raised by the next sends, one each."""
        self.waits: asyncio.Event | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def keep(self, content: bytes, media_type: str) -> Document:
        name = f"inbox/{len(self.kept)}"
        self.kept[name] = content
        return Document(name, media_type, sha256(content).hexdigest())

    async def find(self, document: Document) -> Document:
        return document

    async def send(self, upload: InvoiceUploaded, traceparent: bytes | None) -> bytes:
        if self.failures:
            raise self.failures.pop(0)
        if self.waits is not None:
            await self.waits.wait()
        self.sent.append(upload)
        self.traces.append(traceparent)
        return TRACE


class Served:
    """The application over an entrance, and what it counts."""

    def __init__(
        self,
        entrance: Entrances | None = None,
        keys: RequestKeys | None = None,
        access: Access | None = None,
        **limits: Any,
    ) -> None:
        self.entrance = entrance or Entrances()
        self.measures = Measures()
        keys = keys or KeysOfOneProcess(timedelta(hours=1), timedelta(seconds=60))
        self.known: dict[str, list[Attempt]] = {}
        self.area = Ingest(
            self.entrance,  # type: ignore[arg-type]  # it does what is asked of one
            keys,
            lambda request_id: self.known.get(request_id, []),
            Limits(**limits),
            self.measures,
        )
        self.app: FastAPI = application(access or Everybody(), [self.area], "1")
        self.app.add_middleware(Watched, measures=self.measures)
