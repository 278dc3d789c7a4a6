"""The application: areas that know nothing of each other, behind one door."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from fastapi import APIRouter, FastAPI
from starlette.requests import HTTPConnection

from web.principal import Access
from web.problem import Telling, told_as_problems

DESCRIPTION = """\
Send invoices and follow what becomes of them. Errors are problem details (RFC 9457): `type` is for
programs, `detail` says what to do.
"""


class Area(Protocol):
    """A part of the application: its routes, and what has to run for them."""

    router: APIRouter

    def running(self) -> AbstractAsyncContextManager[None]:
        """What runs while the application does."""


async def _nothing_more(request_id: str, connection: HTTPConnection, /) -> None:
    """What is done when somebody was told that a request is not there, unless it is set."""


def application(
    access: Access, areas: Sequence[Area], version: str, telling: Telling | None = None
) -> FastAPI:
    """The application over any areas; nothing is connected before it starts.

    `telling`: how people, rather than programs, are told of problems.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            for area in areas:
                await running.enter_async_context(area.running())
            yield

    app = FastAPI(
        title="Manifold",
        version=version,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.access = access
    app.state.not_there = _nothing_more
    told_as_problems(app, telling)
    for area in areas:
        app.include_router(area.router)
    return app
