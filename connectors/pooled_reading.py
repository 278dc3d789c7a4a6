"""Documents read as the extract flow wants them: fetched, known already, or read by workers."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from connectors.document_cache import DocumentCache
from connectors.document_reader import EXTRACTOR
from connectors.document_work import Came, Work, load, work
from connectors.extracting import Unusable, Wanted
from connectors.object_store import DocumentRefused, Store
from connectors.settings import Documents, Redis
from connectors.stream import Reason
from connectors.worker_pool import Failed, WorkerPool
from operators.extraction.gate import Gates
from operators.extraction.outcome import DocumentRead

_FETCHED_AT_ONCE = 8

_REASONS: Mapping[str, Reason] = {
    "document_missing": "document_missing",
    "document_changed": "document_changed",
    "document_too_large": "document_too_large",
}
"""Dead letters by why the store refuses a document; what points outside of it is missing in it."""


class PooledReading:
    """Reads the documents of a poll at the same time."""

    def __init__(self, documents: Documents, redis: Redis, namespace: str = "") -> None:
        """Open the store; workers start with the first document.

        Raises InvalidSettings when there can be no such store or cache.
        """
        self._most_bytes = documents.most_bytes
        self._store = Store(documents)
        self._cache = DocumentCache(redis, DocumentRead, EXTRACTOR, namespace=namespace)
        self._fetching = ThreadPoolExecutor(_FETCHED_AT_ONCE, thread_name_prefix="fetch")
        self._workers = WorkerPool[Work, Came](
            work,
            workers=documents.workers,
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
            initializer=load,
        )

    def read(self, wanted: Sequence[Wanted], /) -> Sequence[DocumentRead | Unusable]:
        """What came of documents, in their order. Raises StoreAway while nothing can be fetched."""
        found = list(self._fetching.map(self._known_or_fetched, wanted))
        came = self._workers.run(each for each in found if isinstance(each, Work))
        results: list[DocumentRead | Unusable] = []
        for asked, each in zip(wanted, found, strict=True):
            if not isinstance(each, Work):
                results.append(each)
                continue
            result = _result(next(came))
            if isinstance(result, DocumentRead):
                self._cache.put(_key(asked), result)
            results.append(result)
        return results

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._workers.close()
        self._fetching.shutdown(cancel_futures=True)
        self._cache.close()

    def _known_or_fetched(self, wanted: Wanted) -> DocumentRead | Unusable | Work:
        known = self._cache.get(_key(wanted))
        if known is not None:
            return known
        try:
            return Work(self._store.get(wanted.document, self._most_bytes), wanted.gates)
        except DocumentRefused as refused:
            return Unusable(_REASONS.get(refused.reason, "document_missing"), str(refused))


def _key(wanted: Wanted) -> str:
    """A document, and what decides how often it is read."""
    gates: Gates = wanted.gates
    return f"{wanted.document.sha256}:{gates.accept:g}:{gates.second_reading:g}:{gates.model:g}"


def _result(came: Came | Failed) -> DocumentRead | Unusable:
    if isinstance(came, Failed):
        return Unusable("poison", f"{came.said}; it was tried {came.attempts} times")
    if came.read is not None:
        return came.read
    return Unusable("document_unreadable", came.refused or "there is nothing to read in it")
