"""The pages of a request's document, drawn by workers that start with the first page."""

import msgspec
from fastapi import Request, Response

from connectors.database.requests import Known
from connectors.settings import Documents as Where
from operators.upload import Document
from web.problem import Problem
from web.review.pictures import Pictures
from web.review.shown import shown


class Documents:
    """Draws them."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._pictures: Pictures | None = None

    async def page(self, known: Known, number: int, request: Request) -> Response:
        """A page, counted from 1. Raises Problem when there is none, or it cannot be drawn."""
        given = next((each.document for each in reversed(known.uploads) if each.document), None)
        if given is None or number < 1:
            raise Problem(404, "not-found", "Not found", "There is no such page.")
        document = msgspec.convert(given, Document)
        if self._pictures is None:
            self._pictures = Pictures(self._where)
        return await shown(self._pictures, document, number, request)

    def close(self) -> None:
        """End the workers, if any have started."""
        if self._pictures is not None:
            self._pictures.close()
