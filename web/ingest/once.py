"""A request that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header)."""

from collections.abc import Awaitable, Callable

from connectors import catalogue
from connectors.logs import Log
from connectors.measures import Measures
from connectors.request_keys import KeysAway, RequestKeys, Taken
from web.ingest.key import HEADER, Key
from web.problem import Problem

log = Log(__name__)


async def once(
    keys: RequestKeys, key: Key, work: Callable[[], Awaitable[bytes]], measures: Measures
) -> bytes:
    """What `work` answers, or has answered to the same request before.

    Work that fails leaves the key free: what it has sent is recognised by the request id. Raises
    Problem for a key that is under way or was another request's, and KeysAway before any work.
    """
    mine = Taken.anew(key.fingerprint)
    found = await keys.take(key.key, mine)
    if found is not None:
        return _known(found, mine, measures)
    measures.add(catalogue.WEB_KEYS, 1, "new")
    try:
        answer = await work()
    except BaseException:
        await _quietly(keys.release(key.key, mine))
        raise
    # The invoice is in, whatever becomes of the key: sent again, it has the same request id.
    await _quietly(keys.finish(key.key, mine, answer))
    return answer


def _known(found: Taken, mine: Taken, measures: Measures) -> bytes:
    if found.fingerprint != mine.fingerprint:
        measures.add(catalogue.WEB_KEYS, 1, "another_request")
        raise Problem(
            422,
            "key-reused",
            "The Idempotency-Key has been used",
            f"Another request had this {HEADER}: give each invoice a key of its own.",
        )
    if found.answer is None:
        measures.add(catalogue.WEB_KEYS, 1, "under_way")
        raise Problem(
            409,
            "key-under-way",
            "The same request is being worked on",
            "Send it again in 1 s to get its answer.",
            retry_after=1,
        )
    measures.add(catalogue.WEB_KEYS, 1, "answered")
    return found.answer


async def _quietly(call: Awaitable[None]) -> None:
    try:
        await call
    except KeysAway as error:
        log.warning("a request's key could not be written", because=str(error))
