"""Documents read as the extract flow wants them: fetched, known already, or read by workers."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from connectors.document_cache import DocumentCache
from connectors.document_memory import Again, Corrected, Taught
from connectors.document_reader import EXTRACTOR
from connectors.document_work import Came, Opened, Refused, Task, Work, load, work
from connectors.extracting import Unusable, Wanted
from connectors.object_store import DocumentRefused, Store, StoreAway
from connectors.remembering import Study
from connectors.settings import Documents, Redis
from connectors.stream import Reason
from connectors.worker_pool import Failed, WorkerPool
from operators.extraction.gate import Gates
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories, recall
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
        self._cache = DocumentCache(redis, Opened, EXTRACTOR, namespace=namespace)
        self._fetching = ThreadPoolExecutor(_FETCHED_AT_ONCE, thread_name_prefix="fetch")
        self._workers = WorkerPool[Task, Came](
            work,
            workers=documents.workers,
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
            initializer=load,
        )

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        """What came of documents, in their order. Raises StoreAway while nothing can be fetched."""
        found = list(self._fetching.map(self._known_or_fetched, wanted))
        came = self._workers.run(each for each in found if isinstance(each, Work))
        opened: list[Opened | Unusable] = []
        for asked, each in zip(wanted, found, strict=True):
            if not isinstance(each, Work):
                opened.append(each)
                continue
            result = _result(next(came))
            if isinstance(result, Opened):
                self._cache.put(_key(asked), result)
            opened.append(result)
        return self._reminded(wanted, opened, memories)

    def study(self, study: Study, /) -> Lesson:
        """What a corrected document teaches; nothing when it cannot be had or read any more."""
        wanted = Wanted(study.document, Gates())
        try:
            there = self._known_or_fetched(wanted)
        except StoreAway:
            return Lesson()
        if isinstance(there, Work):
            there = _result(next(self._workers.run([there])))
        if isinstance(there, Unusable) or there.words is None:
            return Lesson()
        task = Corrected(there.words.encoded, study.read, study.sure, study.corrected, study.memory)
        taught = next(self._workers.run([task]))
        return taught.lesson if isinstance(taught, Taught) else Lesson()

    def _reminded(
        self, wanted: Sequence[Wanted], opened: Sequence[Opened | Unusable], memories: Memories
    ) -> list[DocumentRead | Unusable]:
        """Documents read again, where their vendor is one of whom something is remembered."""
        again = [
            None if isinstance(each, Unusable) else _again(asked, each, memories)
            for asked, each in zip(wanted, opened, strict=True)
        ]
        came = self._workers.run(each for each in again if each is not None)
        results: list[DocumentRead | Unusable] = []
        for each, task in zip(opened, again, strict=True):
            if isinstance(each, Unusable):
                results.append(each)
                continue
            better = None if task is None else next(came)
            results.append(better.read if isinstance(better, Opened) else each.read)
        return results

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._workers.close()
        self._fetching.shutdown(cancel_futures=True)
        self._cache.close()

    def _known_or_fetched(self, wanted: Wanted) -> Opened | Unusable | Work:
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


def _again(wanted: Wanted, opened: Opened, memories: Memories) -> Again | None:
    """What is to be done with a document once more; None when its vendor is not recognised."""
    if opened.words is None:
        return None
    recalled = recall(opened.words.shown, memories, wanted.vendor_id)
    if recalled is None:
        return None
    return Again(opened.read, opened.words.encoded, recalled, wanted.gates)


def _result(came: Came | Failed) -> Opened | Unusable:
    if isinstance(came, Failed):
        return Unusable("poison", f"{came.said}; it was tried {came.attempts} times")
    if isinstance(came, Opened):
        return came
    because = came.because if isinstance(came, Refused) else "there is nothing to read in it"
    return Unusable("document_unreadable", because)
