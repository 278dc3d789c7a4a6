"""A service that is asked over HTTP, behind a circuit breaker.

It never holds a flow up for long: in a poll the flow waits for answers a fraction of a
second in all, and not at all while the breaker is not closed. What has not come by then is
answered UNKNOWN, fetched meanwhile, and judged again.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import contextmanager
from typing import Generic, TypeVar
from urllib.parse import quote

import httpx2
import stamina

from connectors.guard import Guard
from connectors.settings import Service
from operators.freshness import Lack
from operators.time import Instant

# Addresses may hold passwords, and these would log each of them.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

V = TypeVar("V")


_THREADS = 4
_MOST_BYTES = 1_048_576
_MOST_KEPT = 10_000
_MOST_ASKED = 64
"""Questions under way; further ones wait for their turn as postponed requests."""
_LONGEST = 500
"""Bytes of a key in a path; nothing of that name is there."""
_OK, _NOT_FOUND = 200, 404


class ServiceFailed(Exception):
    """A service did not answer as it should; the text says how, and never its address."""


class HttpService(Generic[V]):
    """One service: its answers, kept for a while, and its breaker."""

    def __init__(
        self, part: str, settings: Service, decode: Callable[[str, bytes], V], *, safe: str = ""
    ) -> None:
        """Connect nothing yet. `part`: as people call it.

        `decode` takes a key and the answer, and raises ValueError. `safe`: characters of a key
        that stand in the path as they are.
        """
        assert settings.url is not None
        self.part = part
        self._url = settings.url.rstrip("/")
        self._settings = settings
        self._limit = settings.time_limit.total_seconds()
        self._decode = decode
        self._safe = safe
        self.guard = Guard(part)
        self._kept: OrderedDict[str, tuple[Instant, V | None]] = OrderedDict()
        self._asked: dict[str, Future[V | None]] = {}
        self._now: Instant = 0
        self._at: Instant = 0
        self._waited = 0.0
        self._slow = False
        """Whether an answer has not come in time, and none has since."""
        self._threads: ThreadPoolExecutor | None = None
        token = settings.token.get_secret_value() if settings.token else None
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(self._limit, connect=min(1.0, self._limit)),
            headers={b"Authorization": f"Bearer {token}".encode()} if token else None,
        )

    def get(self, key: str, /) -> V | None:
        """What the service has said of a key; nothing is asked."""
        known = self._kept.get(key)
        return known[1] if known is not None and self._now < known[0] else None

    def lack(self, key: str, at: Instant) -> Lack | None:
        """Ask for a key unless its answer is known; why there is no answer, None when there is.

        `get` then gives what it says, None for what is not there.
        """
        self.collect(at)
        if self._knows(key):
            return None
        if key in self._asked:
            return Lack(self.part, f"the {self.part} has not answered yet")
        if len(self._asked) >= _MOST_ASKED:
            return Lack(self.part, f"the {self.part} is asked too much at once")
        before = self.guard.state
        if not self.guard.allows(at):
            return Lack(self.part, f"the {self.part} is away: {self.guard.reason}")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=self.part)
        asked = self._asked[key] = self._threads.submit(self._fetch, key)
        self._wait(asked, at if before == "CLOSED" else None)
        self.collect(at)
        if self._knows(key):
            return None
        if key in self._asked:
            return Lack(self.part, f"the {self.part} has not answered yet")
        return Lack(self.part, f"the {self.part} is away: {self.guard.reason}")

    def _knows(self, key: str) -> bool:
        known = self._kept.get(key)
        return known is not None and self._now < known[0]

    def _wait(self, asked: Future[V | None], at: Instant | None) -> None:
        """Wait for an answer as long as the poll at this instant has time left."""
        if at is None or self._slow:
            return
        if at != self._at:
            self._at, self._waited = at, 0.0
        left = self._settings.wait.total_seconds() - self._waited
        began = time.monotonic()
        if left > 0:
            try:
                asked.exception(left)
            except StillRunning:
                self._slow = True
        self._waited += time.monotonic() - began

    def collect(self, at: Instant) -> bool:
        """Take over the answers that have come meanwhile; whether there were any."""
        self._now = at
        done = [key for key, asked in self._asked.items() if asked.done()]
        for key in done:
            asked = self._asked.pop(key)
            try:
                self._keep(key, asked.result(), at)
            except ServiceFailed as failed:
                self.guard.failed(at, str(failed))
            else:
                self.guard.succeeded()
                self._slow = False
        return bool(done)

    def _keep(self, key: str, value: V | None, at: Instant) -> None:
        keep = self._settings.keep if value is not None else self._settings.keep_missing
        self._kept.pop(key, None)
        self._kept[key] = at + round(keep.total_seconds() * 1_000), value
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)

    def _fetch(self, key: str) -> V | None:
        """In a thread: what the service says of a key. Raises ServiceFailed."""
        deadline = time.monotonic() + self._limit
        path = quote(key, safe=self._safe)
        if path in (".", "..") or len(path) > _LONGEST:
            return None
        with _explained():
            # A connection that was kept may have been closed by the other side meanwhile.
            for attempt in stamina.retry_context(
                on=(httpx2.RemoteProtocolError, httpx2.ReadError),
                attempts=2,
                wait_initial=0.0,
                wait_jitter=0.0,
            ):
                with attempt:
                    return self._read(f"{self._url}/{path}", key, deadline)
        raise AssertionError("unreachable")

    def _read(self, url: str, key: str, deadline: float) -> V | None:
        with self._client.stream("GET", url) as response:
            if response.status_code == _NOT_FOUND:
                return None
            if response.status_code != _OK:
                raise ServiceFailed(f"it answers with status {response.status_code}")
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ServiceFailed("its answer is larger than a megabyte")
                if time.monotonic() > deadline:
                    raise ServiceFailed(f"no answer within {self._limit:g} s")
        try:
            return self._decode(key, bytes(body))
        except (ValueError, RecursionError) as error:
            raise ServiceFailed(f"its answer is not as agreed: {error}") from None

    def close(self) -> None:
        """Wait for nothing that is under way."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except httpx2.TimeoutException:
        raise ServiceFailed("no answer in time") from None
    except ServiceFailed:
        raise
    except Exception as error:
        # A host that is none, or an answer nobody has thought of: never more than no answer.
        raise ServiceFailed(f"no answer ({type(error).__name__})") from None
