"""The database asked outside the event loop, and what it says when it does not answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from connectors.database.errors import DatabaseError, DatabaseUnavailable
from connectors.database.requests import Found, Known, Requests, Wanted
from web.problem import Problem

T = TypeVar("T")


class Reading:
    """Asks from threads, as many at a time as there are connections."""

    def __init__(self, requests: Requests, connections: int = 4) -> None:
        self._requests = requests
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="reading")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connections are given back at the end."""
        try:
            yield
        finally:
            self._threads.shutdown(cancel_futures=True)
            self._requests.close()

    async def known(self, request_id: str, tenant: str | None) -> Known | None:
        """All that is stored of a request; None when there is none of that tenant."""
        return await self._asked(lambda: self._requests.known(request_id, tenant))

    async def found(self, wanted: Wanted, tenant: str | None) -> list[Found]:
        """A page of requests."""
        return await self._asked(lambda: self._requests.found(wanted, tenant))

    async def tenants(self, request_id: str) -> dict[str, str | None]:
        """Whose a request is; empty when it is not stored."""
        return await self._asked(lambda: self._requests.tenants([request_id]))

    async def _asked(self, question: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, question)
        except DatabaseUnavailable:
            detail = "The database does not answer just now. Try again in a few seconds."
            raise Problem(
                503, "database-away", "Cannot be looked up now", detail, retry_after=5
            ) from None
        except DatabaseError:
            detail = "The database cannot be used; the log of this service says what to do."
            raise Problem(503, "database-unusable", "Cannot be looked up", detail) from None
