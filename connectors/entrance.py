"""The way in for invoices that come one by one: documents into the store, then the event.

Nothing is in before the broker has acknowledged it. A document is stored before the event that
points at it is sent, so that no event points at nothing; one whose event never followed is swept.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from connectors.async_producer import AsyncProducer
from connectors.clamav import ClamAv
from connectors.clock import now
from connectors.envelope import continued
from connectors.object_store import Store
from connectors.stream import Outgoing, Produced
from connectors.wire import Wire
from operators.upload import Document, InvoiceUploaded

Answer = TypeVar("Answer")

_THREADS = 8
"""Documents that are stored at the same time."""


class Entrance:
    """Stores documents and sends uploads, from the thread of one event loop."""

    def __init__(
        self,
        producer: AsyncProducer,
        wire: Wire,
        store: Store,
        most_bytes: int,
        scanner: ClamAv | None = None,
    ) -> None:
        """`most_bytes`: of a document that somebody points at. `scanner`: sees all others."""
        self.producer = producer
        self.store = store
        self._wire = wire
        self._most_bytes = most_bytes
        self._scanner = scanner
        self._schema_known = False
        self._threads = ThreadPoolExecutor(_THREADS, "documents")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect in the background; at the end wait for what is on its way."""
        async with self.producer.running():
            yield
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def keep(self, content: bytes, media_type: str) -> Document:
        """Store a document. Raises Infected, ScannerAway and StoreAway."""

        def store() -> Document:
            if self._scanner is not None:
                self._scanner.check(content)
            return self.store.put(content, media_type, now())

        return await self._apart(store)

    async def find(self, document: Document) -> Document:
        """A document that is in the store already. Raises DocumentRefused and StoreAway."""
        return await self._apart(lambda: self.store.check(document, self._most_bytes))

    async def send(self, upload: InvoiceUploaded, traceparent: bytes | None) -> bytes:
        """Send an upload; the `traceparent` it has been given, in the trace of who asked.

        When this returns, it is in. Raises NotTaken, Unacknowledged, TooLarge, and
        Unavailable when a registry does not say under which number its schema is written.
        """
        outgoing = await self._encoded(Produced(upload, None))
        headers, trace = continued(outgoing.headers, traceparent)
        outgoing = Outgoing(outgoing.topic, outgoing.key, outgoing.value, headers)
        await self.producer.send(outgoing)
        return trace

    async def _encoded(self, produced: Produced) -> Outgoing:
        """The record; until one has been encoded, its schema may have to be asked for first."""
        if self._schema_known:
            return self._wire.encode(produced, now())
        outgoing = await self._apart(lambda: self._wire.encode(produced, now()))
        self._schema_known = True
        return outgoing

    async def _apart(self, call: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
