"""Messages posted to a receiver over HTTP: signed, and never redirected."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import stamina

from connectors import settings as sections
from connectors.clock import now
from connectors.guard import Guard
from connectors.receiver import Outcome
from connectors.signature import sign
from operators.time import Instant

# Addresses may hold tokens, and these would log each of them.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_MOST_BYTES = 65_536
"""Of an answer that are read: it acknowledges, and says little."""
_LATER = frozenset({408, 425, 429})
_CONFLICT = 409


class TooSlow(Exception):
    """An answer that trickles in for longer than it may."""


class Webhook:
    """One receiver."""

    def __init__(
        self,
        part: str,
        settings: sections.Webhook,
        written: Callable[[Sequence[Any]], bytes],
        *,
        extra: Callable[[Sequence[Any]], Mapping[str, str]] = lambda _: {},
        reference: Callable[[bytes], str] = lambda _: "",
    ) -> None:
        """Connect nothing yet. `part`: as people call it; `written`: the JSON of a message.

        `extra` headers make a receiver know a repetition; it then may answer 409 for one.
        `reference`: what an answer calls it.
        """
        self._settings = settings
        self._written = written
        self._extra = extra
        self._reference = reference
        self._limit = settings.time_limit.total_seconds()
        self.guard = Guard(part)
        self.longest: Instant = round(3 * self._limit * 1_000)
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(self._limit, connect=min(5.0, self._limit)),
            follow_redirects=False,
        )

    def deliver(self, delivery_id: str, records: Sequence[Any]) -> Outcome:
        """Post one message."""
        body = self._written(records)
        extra = self._extra(records)
        deadline = time.monotonic() + self._limit
        try:
            # A connection that was kept may have been closed by the other side meanwhile; the
            # receiver knows a message that came twice by its identifier.
            for attempt in stamina.retry_context(
                on=(httpx2.RemoteProtocolError, httpx2.ReadError),
                attempts=2,
                wait_initial=0.0,
                wait_jitter=0.0,
            ):
                with attempt:
                    return self._post(f"msg_{delivery_id}", body, extra, deadline)
        except (httpx2.TimeoutException, TooSlow):
            return Outcome("AWAY", "no answer in time")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Outcome("AWAY", f"no answer ({type(error).__name__})")
        raise AssertionError("unreachable")

    def _post(
        self, message_id: str, body: bytes, extra: Mapping[str, str], deadline: float
    ) -> Outcome:
        seconds = now() // 1_000
        secret = self._settings.secret.get_secret_value()
        headers = {
            "content-type": "application/json",
            "user-agent": "manifold",
            **extra,
            **sign(secret, message_id, seconds, body),
        }
        with self._client.stream(
            "POST", self._settings.url, content=body, headers=headers
        ) as response:
            answer = bytearray()
            for chunk in response.iter_bytes():
                answer += chunk
                if time.monotonic() > deadline:
                    raise TooSlow
                if len(answer) > _MOST_BYTES:
                    answer.clear()
                    break
            status = response.status_code
            if 200 <= status < 300 or (status == _CONFLICT and extra):
                return Outcome("DELIVERED", self._reference(bytes(answer)))
            said = f"it answers with status {status}"
            if status in _LATER:
                return Outcome("BUSY", said, _wait(response.headers.get("retry-after"), seconds))
            if status >= 500:
                return Outcome("AWAY", said, _wait(response.headers.get("retry-after"), seconds))
            return Outcome("REFUSED", said)

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()


def _wait(said: str | None, seconds: int) -> Instant | None:
    """Milliseconds that a Retry-After asks for, as seconds or as a date.

    >>> _wait("3", 0), _wait("Thu, 01 Jan 1970 00:00:05 GMT", 2), _wait("soon", 0), _wait(None, 0)
    (3000, 3000, None, None)
    """
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return int(said[:9]) * 1_000
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, round((at - datetime.fromtimestamp(seconds, UTC)).total_seconds() * 1_000))
