"""Documents read as the extract flow wants them.

    known already? ─ no ─▶ fetched, scanned ─▶ opened by a worker ─┬─▶ the model asked ─▶ read
          └───────── yes ──────────────────────────────────────────┤            ▲
                                              its vendor recognised: read again by a worker

Only workers touch a document's bytes; only this process talks to the network.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import stamina
from msgspec.structs import replace

from connectors.clamav import Infected, ScannerAway, Unscanned, scanner_of
from connectors.clock import now
from connectors.document_cache import DocumentCache
from connectors.document_memory import Again, Corrected, Taught, version
from connectors.document_reader import EXTRACTOR
from connectors.document_work import Came, Opened, Refused, Task, Work, load, work
from connectors.errors import Unavailable
from connectors.extracting import Unusable, Wanted
from connectors.guard import Guard
from connectors.in_order import in_order
from connectors.language_model import LanguageModel
from connectors.model_stage import asked
from connectors.object_store import DocumentRefused, Store
from connectors.remembering import Study
from connectors.settings import Documents, Redis
from connectors.stream import Reason
from connectors.worker_pool import ATTEMPTS, Failed, WorkerPool
from operators.extraction.gate import Gates
from operators.extraction.memory_lesson import Lesson
from operators.extraction.memory_recall import Memories, recall
from operators.extraction.outcome import DocumentRead

_WAITING_AT_ONCE = 8
"""Documents that are fetched, or that the model is asked about, at the same time."""

_LONGEST_QUESTION = 120.0
"""Seconds that the model may take for a document, all attempts together."""
_MOST_WORDS = 200_000
"""Bytes of the words of a document, some twenty pages, that are kept while a person reads it."""
_SCANS = 3
"""Attempts to have a document scanned."""
_SCAN_PAUSE = 2.0
"""Longest seconds between two of them."""
_STUDY = 5.0
"""Seconds for a corrected document to be looked at again, in an open transaction."""

_REASONS: Mapping[str, Reason] = {
    "document_missing": "document_missing",
    "document_changed": "document_changed",
    "document_too_large": "document_too_large",
    "outside_store": "document_outside",
}
"""Dead letters by why the store refuses a document."""


class TookTooLong(Unavailable):
    """Documents took so long that their group would take the process for dead.

    It ends and begins anew, with one document a worker.
    """


class PooledReading:
    """Reads the documents of a poll at the same time."""

    def __init__(
        self,
        documents: Documents,
        redis: Redis,
        model: LanguageModel,
        namespace: str = "",
        attempt_failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the store; workers start with the first document. The model is closed with this.

        `attempt_failed` is told why an attempt to read a document has failed.
        Raises InvalidSettings when there can be no such store or cache.
        """
        self.longest = (
            documents.time_limit.total_seconds()
            + ATTEMPTS * documents.read_limit.total_seconds()
            + _LONGEST_QUESTION
        )
        """Seconds that one document may take."""
        self._scanner = scanner_of(documents.scanner)
        if self._scanner is not None:
            # To scan it, and to ask whether the scanner is there at all.
            scan = 2 * documents.scanner.time_limit.total_seconds()
            self.longest += _SCANS * (scan + _SCAN_PAUSE)
        self._most_bytes = documents.most_bytes
        self._store = Store(documents)
        self._cache = DocumentCache(redis, Opened, EXTRACTOR, namespace=namespace)
        self._model = model
        self._threads = ThreadPoolExecutor(_WAITING_AT_ONCE, thread_name_prefix="documents")
        self._workers = WorkerPool[Task, Came](
            work,
            workers=documents.workers,
            time_limit=documents.read_limit.total_seconds(),
            memory=documents.read_memory,
            initializer=load,
            attempt_failed=attempt_failed,
        )

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Of what may be away: the store, the cache, the language model."""
        return self._store.guard, self._cache.guard, self._model.guard

    def read(
        self, wanted: Sequence[Wanted], memories: Memories, /
    ) -> Sequence[DocumentRead | Unusable]:
        """What came of documents, in their order.

        Raises StoreAway while nothing can be fetched, ScannerAway while nothing can be scanned,
        and TookTooLong.
        """
        opened = self._opened_or_not(wanted)
        results: list[Future[DocumentRead | Unusable]] = []
        for key, there in self._reminded(wanted, opened, memories):
            gates = wanted[len(results)].gates
            results.append(self._threads.submit(self._finished, key, there, gates))
        return [each.result() for each in results]

    def study(self, study: Study, /) -> Lesson:
        """What a corrected document teaches; nothing when that takes long."""
        try:
            return self._threads.submit(self._studied, study).result(_STUDY)
        except TimeoutError:
            return Lesson()

    def _studied(self, study: Study) -> Lesson:
        task = Corrected(study.words, study.read, study.sure, study.corrected, study.memory)
        taught = next(self._workers.run([task]))
        return taught.lesson if isinstance(taught, Taught) else Lesson()

    def close(self) -> None:
        """End the workers, whatever they do."""
        self._workers.close()
        self._threads.shutdown(cancel_futures=True)
        self._model.close()
        self._cache.close()

    def _opened_or_not(self, wanted: Sequence[Wanted]) -> list[Opened | Unusable]:
        """Documents that are known, or opened by workers; few are held in memory at a time."""
        found: list[Opened | Unusable | None] = []

        def to_open() -> Iterator[Work]:
            for there in in_order(self._threads, self._known_or_fetched, wanted, _WAITING_AT_ONCE):
                if isinstance(there, Work):
                    found.append(None)
                    yield there
                else:
                    found.append(there)

        began = time.monotonic()
        came: list[Came | Failed] = []
        for each in self._workers.run(to_open()):
            came.append(each)
            if time.monotonic() - began > 2 * self.longest:
                raise TookTooLong(f"reading {len(wanted)} documents takes too long at once")
        left = iter(came)
        return [
            self._opened(each, next(left)) if there is None else there
            for each, there in zip(wanted, found, strict=True)
        ]

    def _known_or_fetched(self, wanted: Wanted) -> Opened | Unusable | Work:
        known = self._cache.get(_key(wanted))
        if known is not None:
            return _told(known)
        try:
            content = self._store.get(wanted.document, self._most_bytes)
        except DocumentRefused as refused:
            return Unusable(_REASONS[refused.reason], str(refused))
        return self._harmful(content) or Work(content, wanted.gates)

    def _harmful(self, content: bytes) -> Unusable | None:
        """Why a document is not to be opened, where there is a scanner. Raises ScannerAway."""
        scanner = self._scanner
        if scanner is None:
            return None
        try:
            scanning = stamina.RetryingCaller(_SCANS, timeout=None, wait_max=_SCAN_PAUSE)
            scanning(ScannerAway, lambda: scanner.check(content))
        except Infected as infected:
            return Unusable("document_harmful", str(infected))
        except Unscanned as unscanned:
            return Unusable("document_unscanned", f"{unscanned}; it was tried {_SCANS} times")
        return None

    def _opened(self, wanted: Wanted, came: Came | Failed) -> Opened | Unusable:
        """A document that a worker has looked at; it is kept."""
        if isinstance(came, Failed):
            return Unusable("poison", f"{came.said}; it was tried {came.attempts} times")
        if not isinstance(came, Opened):
            because = came.because if isinstance(came, Refused) else "it was not looked at"
            return Unusable("document_unreadable", because)
        self._cache.put(_key(wanted), came)
        return came

    def _reminded(
        self, wanted: Sequence[Wanted], opened: Sequence[Opened | Unusable], memories: Memories
    ) -> Iterator[tuple[str, Opened | Unusable]]:
        """Each with the key it is kept under, read again where its vendor is remembered."""
        found = [
            (_key(each), there)
            if isinstance(there, Unusable)
            else self._with(each, there, memories)
            for each, there in zip(wanted, opened, strict=True)
        ]
        came = self._workers.run(there for _, there in found if isinstance(there, Again))
        for (key, there), each, before in zip(found, wanted, opened, strict=True):
            if not isinstance(there, Again):
                yield key, there
                continue
            better = next(came)
            if isinstance(better, Opened):
                self._cache.put(key, better)
                yield key, better
            else:
                yield _key(each), before

    def _with(
        self, wanted: Wanted, opened: Opened, memories: Memories
    ) -> tuple[str, Opened | Again]:
        """What is known of a document with what is remembered of its vendor, or has to be done."""
        key, words = _key(wanted), opened.words
        recalled = None if words is None else recall(words.shown, memories, wanted.vendor_id)
        if words is None or recalled is None:
            return key, opened
        key = f"{key}:{version(recalled)}"
        known = self._cache.get(key)
        if known is not None:
            return key, _told(known)
        return key, Again(opened.read, words.encoded, recalled, wanted.gates)

    def _finished(
        self, key: str, opened: Opened | Unusable, gates: Gates
    ) -> DocumentRead | Unusable:
        """What follows after the opening of a document, which is kept when it is final."""
        if isinstance(opened, Unusable):
            return opened
        read = asked(self._model, opened.read, opened.lines, gates, now())
        if read.step != opened.read.step:
            self._cache.put(key, Opened(read, (), opened.words))
        words = None if opened.words is None else opened.words.encoded
        if read.step.action == "ACCEPT" or words is None or len(words) > _MOST_WORDS:
            return read
        return replace(read, words=words)


def _told(known: Opened) -> Opened:
    """What is known already: what it took was told when it was read."""
    read = known.read
    return replace(known, read=replace(read, reading=replace(read.reading, stages=(), model=None)))


def _key(wanted: Wanted) -> str:
    """A document, and what decides how often it is read."""
    gates: Gates = wanted.gates
    return f"{wanted.document.sha256}:{gates.accept:g}:{gates.second_reading:g}:{gates.model:g}"
