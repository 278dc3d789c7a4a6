"""The start, and what pages refer to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from web.pages.rendering import PLACES, Pages
from web.principal import Reader


class PagesArea:
    """`/` leads to the first place that somebody may go to; `/static` has styles and scripts."""

    def __init__(self, pages: Pages) -> None:
        self.router = APIRouter(include_in_schema=False)
        self.router.include_router(pages.statics.router)
        self.router.add_api_route("/", self._start, methods=["GET"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    async def _start(self, who: Reader) -> RedirectResponse:
        place = next(place for place in PLACES if who.may(place.scope))
        return RedirectResponse(place.path, 303)
