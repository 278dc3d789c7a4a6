"""What reading documents depends on, tried from here: each part, from store to model."""

from collections.abc import Iterator
from datetime import timedelta

from redis import RedisError

from connectors.clamav import scanner_of
from connectors.clock import now
from connectors.dependencies import Known, Seen
from connectors.engine_check import Ask, EnginesThere, engines_there
from connectors.language_model import language_model
from connectors.object_store import DocumentRefused, Store, StoreAway
from connectors.redis_client import redis_client
from connectors.settings import Documents, InvalidSettings, Redis, Settings
from connectors.worker_pool import Failed, WorkerPool, WorkersBroken
from operators.upload import Document

FLOW = "extract"

_PATIENCE = timedelta(seconds=5)
_NOWHERE = Document("inbox/nothing", "application/pdf", "0" * 64)
"""A name that no document has: a store that says so answers."""


def document_dependencies(settings: Settings) -> Iterator[Known]:
    """Each part with its state as seen from this machine. Takes as long as a worker's start."""
    yield _known("document store", _store_fault(settings.documents))
    scanner = scanner_of(settings.documents.scanner)
    if scanner is None:
        yield _off("virus scanner", "there is no documents.scanner.address: nothing is scanned")
    else:
        yield _known("virus scanner", scanner.fault())
    if settings.redis.url is None:
        yield _off("document cache", "there is no redis.url: nothing is kept")
    else:
        yield _known("document cache", _redis_fault(settings.redis))
    yield from _workers(settings.documents)
    yield _model(settings)


def _known(dependency: str, fault: str | None, else_: str | None = None) -> Known:
    state: Seen = "CLOSED" if fault is None else "OPEN"
    return Known(FLOW, dependency, state, reason=else_ if fault is None else fault)


def _off(dependency: str, reason: str) -> Known:
    return Known(FLOW, dependency, "OFF", reason=reason)


def _store_fault(settings: Documents) -> str | None:
    try:
        Store(settings.model_copy(update={"time_limit": _PATIENCE})).get(_NOWHERE, 1)
    except DocumentRefused:
        return None
    except (StoreAway, InvalidSettings) as error:
        return str(error)
    return None


def _redis_fault(settings: Redis) -> str | None:
    try:
        client = redis_client(settings)
    except InvalidSettings as error:
        return str(error)
    try:
        client.ping()
    except RedisError as error:
        return f"no answer ({type(error).__name__})"
    finally:
        client.close()
    return None


def _workers(settings: Documents) -> Iterator[Known]:
    """A worker within the limits of those that read, and the engines that it finds."""
    try:
        with WorkerPool[Ask, EnginesThere](
            engines_there,
            workers=1,
            time_limit=settings.read_limit.total_seconds(),
            memory=settings.read_memory,
        ) as pool:
            (found,) = pool.run([Ask()])
    except WorkersBroken as error:
        yield _known("workers", str(error))
        return
    if isinstance(found, Failed):
        yield _known("workers", f"a worker cannot load the engines: {found.said}")
        return
    yield _known("workers", None, f"{settings.workers} in a process")
    yield _known("Tesseract", found.tesseract)
    yield _known("RapidOCR", found.rapidocr)


def _model(settings: Settings) -> Known:
    try:
        model = language_model(settings.model, settings.redis, settings.namespace)
    except InvalidSettings as error:
        return _known("language model", str(error))
    try:
        if model.absent is not None:
            return _off("language model", model.absent)
        fault = model.fault(now())
        if fault is not None:
            return _known("language model", fault)
        shared = settings.redis.url is not None
        spent = model.spent(now()) if shared else "counted by each process"
        return _known("language model", None, f"budget of the day: {spent}")
    finally:
        model.close()
