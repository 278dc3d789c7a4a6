"""Pictures of the pages of documents, and the words on them: made by workers, kept for a while."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from connectors.errors import Unavailable
from connectors.object_store import DocumentRefused, Store
from connectors.page_pictures import Came, Drawn, NotDrawn, Picture, Placed, Places, Task, look
from connectors.settings import Documents
from connectors.worker_pool import Failed, WorkerPool
from operators.extraction.page import Box
from operators.upload import Document
from web.problem import Problem
from web.review.drawing import Drawing

T = TypeVar("T")

_WORKERS = 2
_WAITING = 40
"""Pages that wait for a worker; a browser asks for six at a time."""
_KEPT_BYTES = 100_000_000
_KEPT_PLACES = 200


class Pictures:
    """The pages of documents as people look at them, each drawn once for all who ask."""

    def __init__(self, documents: Documents) -> None:
        """Workers start with the first page."""
        self._store = Store(documents)
        self._most_bytes = documents.most_bytes
        workers = min(_WORKERS, documents.workers)
        # One more, so that a document is fetched while others are drawn.
        self._drawing = Drawing(workers + 1, _WAITING)
        self._workers = WorkerPool[Task, Came](
            look,
            workers=workers,
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
        )
        self._pages: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._places: OrderedDict[Hashable, Placed] = OrderedDict()
        self._lock = Lock()

    async def page(self, document: Document, number: int) -> Drawn:
        """A page, counted from 1. Raises Problem when it cannot be shown."""
        key = (*_place(document), number)
        found = self._kept(self._pages, key)
        if found is None:
            found = await self._drawing.done(key, lambda: self._page(key, document, number))
        return found

    async def places(self, document: Document, boxes: tuple[tuple[int, Box], ...]) -> Placed:
        """Where words and boxes stand. Raises Problem when they cannot be found."""
        key = (*_place(document), boxes)
        found = self._kept(self._places, key)
        if found is None:
            found = await self._drawing.done(key, lambda: self._placed(key, document, boxes))
        return found

    def close(self) -> None:
        """End the workers."""
        self._drawing.close()
        self._workers.close()

    def _page(self, key: Hashable, document: Document, number: int) -> Drawn:
        found = self._looked(document, lambda content: Picture(content, number), Drawn)
        with self._lock:
            self._pages[key] = found
            while sum(len(each.png) for each in self._pages.values()) > _KEPT_BYTES:
                self._pages.popitem(last=False)
        return found

    def _placed(
        self, key: Hashable, document: Document, boxes: tuple[tuple[int, Box], ...]
    ) -> Placed:
        found = self._looked(document, lambda content: Places(content, boxes), Placed)
        with self._lock:
            self._places[key] = found
            while len(self._places) > _KEPT_PLACES:
                self._places.popitem(last=False)
        return found

    def _kept(self, kept: OrderedDict[Hashable, T], key: Hashable) -> T | None:
        with self._lock:
            found = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
            return found

    def _looked(self, document: Document, task: Callable[[bytes], Task], wanted: type[T]) -> T:
        try:
            content = self._store.get(document, self._most_bytes)
        except DocumentRefused as refused:
            raise _not_shown(str(refused)) from None
        except Unavailable as away:
            raise _away(str(away)) from None
        (came,) = self._workers.run([task(content)])
        if isinstance(came, wanted):
            return came
        if isinstance(came, Failed):
            raise _not_shown(f"The document cannot be drawn: {came.said}.")
        assert isinstance(came, NotDrawn)
        raise _not_shown(came.because)


def _place(document: Document) -> tuple[str, str]:
    """Both: who points elsewhere with another's hash must neither find it nor have it fail."""
    return document.uri, document.sha256


def _away(because: str) -> Problem:
    return Problem(
        503,
        "store-away",
        "The document store is away",
        because[:1].upper() + because[1:],
        retry_after=5,
    )


def _not_shown(because: str) -> Problem:
    return Problem(
        422, "not-shown", "The document cannot be shown", because[:1].upper() + because[1:]
    )
