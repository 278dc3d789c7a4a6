"""Pictures of the pages of documents, and the words on them: made by workers, kept for a while."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from connectors.object_store import DocumentRefused, Store
from connectors.page_pictures import Came, Drawn, NotDrawn, Picture, Placed, Places, Task, look
from connectors.settings import Documents
from connectors.worker_pool import Failed, WorkerPool
from operators.extraction.page import Box
from operators.upload import Document
from web.problem import Problem

T = TypeVar("T")

_KEPT_BYTES = 100_000_000
_KEPT_PLACES = 200


class Pictures:
    """The pages of documents as people look at them. Threads may share it."""

    def __init__(self, documents: Documents) -> None:
        """Workers start with the first page."""
        self._store = Store(documents)
        self._most_bytes = documents.most_bytes
        self._workers = WorkerPool[Task, Came](
            look,
            workers=min(2, documents.workers),
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
        )
        self._pages: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._places: OrderedDict[Hashable, Placed] = OrderedDict()
        self._lock = Lock()

    def page(self, document: Document, number: int) -> Drawn:
        """A page, counted from 1. Raises Problem when it cannot be shown."""
        key = document.sha256, number
        found = self._kept(self._pages, key)
        if found is None:
            found = self._looked(document, lambda content: Picture(content, number), Drawn)
            with self._lock:
                self._pages[key] = found
                while sum(len(each.png) for each in self._pages.values()) > _KEPT_BYTES:
                    self._pages.popitem(last=False)
        return found

    def places(self, document: Document, boxes: tuple[tuple[int, Box], ...]) -> Placed:
        """Where words and boxes stand. Raises Problem when they cannot be found."""
        key = document.sha256, boxes
        found = self._kept(self._places, key)
        if found is None:
            found = self._looked(document, lambda content: Places(content, boxes), Placed)
            with self._lock:
                self._places[key] = found
                while len(self._places) > _KEPT_PLACES:
                    self._places.popitem(last=False)
        return found

    def close(self) -> None:
        """End the workers."""
        self._workers.close()

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
        (came,) = self._workers.run([task(content)])
        if isinstance(came, wanted):
            return came
        if isinstance(came, Failed):
            raise _not_shown(f"The document cannot be drawn: {came.said}.")
        assert isinstance(came, NotDrawn)
        raise _not_shown(came.because)


def _not_shown(because: str) -> Problem:
    return Problem(
        422, "not-shown", "The document cannot be shown", because[:1].upper() + because[1:]
    )
