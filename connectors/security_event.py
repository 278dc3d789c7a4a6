"""The trail of security: what happened, gathered for a moment and then written to Kafka.

It never holds a request up, and a flood of refusals becomes a few records that count. While Kafka
is away it is kept, up to a number; the log has a line for each in any case, without names.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from connectors.clock import now
from connectors.codec import Codec, Unencodable
from connectors.contracts import Contracts
from connectors.logs import Log
from connectors.publish import Publisher
from operators.time import Instant

log = Log(__name__)

Kind: TypeAlias = Literal[
    "SIGNED_IN",
    "SIGNED_OUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "RATE_LIMITED",
    "BODY_REFUSED",
    "OTHER_TENANT",
    "MALWARE",
    "FORGOTTEN",
    "KEY_ROTATED",
    "UNKNOWN",
]
"""What happened."""

_BY_SUBJECT = frozenset({"OTHER_TENANT"})
"""Of which one subject's are one event within a moment, by whatever routes and from wherever: who
guesses would otherwise choose how many there are."""
_MOST_KEPT = 10_000
"""Different events that wait to be written; further ones are in the log only."""
_PAUSE = 1.0
_AGAIN = 5.0
"""Seconds after which is tried again what has failed."""
_END = 10.0
"""Seconds that the end waits for the last events."""


class SecurityEvent(Struct, frozen=True):
    """Somebody came in, was refused, or did what only few may."""

    event_id: str
    """Identifies the event."""
    kind: Kind
    """What happened."""
    at: Instant
    """When; of several, the first."""
    count: int = 1
    """How often within a moment: a flood is one event."""
    subject: str | None = None
    """Who it was; None when nobody knows."""
    tenant: str | None = None
    """Whose invoices they may see."""
    address: str | None = None
    """The network address they came from."""
    about: str | None = None
    """What it was about: a method and a route, a vendor, the id of a key."""


def event(
    kind: Kind,
    *,
    subject: str | None = None,
    tenant: str | None = None,
    address: str | None = None,
    about: str | None = None,
) -> SecurityEvent:
    """One that happens now."""
    return SecurityEvent(str(uuid.uuid4()), kind, now(), 1, subject, tenant, address, about)


class Gathered:
    """What has happened since it was last taken. Threads may share it."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._kept: OrderedDict[SecurityEvent, SecurityEvent] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many different events wait."""
        with self._lock:
            return len(self._kept)

    def add(self, happened: SecurityEvent) -> None:
        """One more; of those that differ in nothing of weight, the count goes up."""
        alike = _alike(happened)
        with self._lock:
            known = self._kept.get(alike)
            if known is not None:
                self._kept[alike] = replace(known, count=known.count + happened.count)
            elif len(self._kept) < _MOST_KEPT:
                self._kept[alike] = happened
        if known is None:
            log.warning("security", kind=happened.kind, about=happened.about)

    def put_back(self, events: list[SecurityEvent]) -> None:
        """What was taken and could not be written: before what has happened since, up to a number.

        It is not new: the log has its lines already.
        """
        with self._lock:
            since, self._kept = self._kept, OrderedDict()
            for happened in (*events, *since.values()):
                alike = _alike(happened)
                known = self._kept.get(alike)
                if known is not None:
                    self._kept[alike] = replace(known, count=known.count + happened.count)
                elif len(self._kept) < _MOST_KEPT:
                    self._kept[alike] = happened

    def taken(self) -> list[SecurityEvent]:
        """All of it, which is then no longer here."""
        with self._lock:
            found, self._kept = list(self._kept.values()), OrderedDict()
        return found


def _alike(happened: SecurityEvent) -> SecurityEvent:
    if happened.kind in _BY_SUBJECT:
        happened = replace(happened, address=None, about=None)
    return replace(happened, event_id="", at=0, count=1)


@contextmanager
def writing(gathered: Gathered, write: Callable[[list[SecurityEvent]], None]) -> Iterator[None]:
    """Write what is gathered every moment, in a thread, and the rest at the end.

    What cannot be written, for whatever reason, is tried again. The end waits ten seconds at most:
    do not leave it in an event loop.
    """
    stopped = threading.Event()

    def once() -> bool:
        found = gathered.taken()
        if not found:
            return True
        try:
            write(found)
        except Exception as error:
            # Whatever it is: a trail that ends without a word is none.
            gathered.put_back(found)
            log.error(
                "the trail of security was not written",
                exc_info=error,
                quoting=False,
                events=len(found),
            )
            return False
        return True

    def run() -> None:
        pause = _PAUSE
        while not stopped.wait(pause):
            pause = _PAUSE if once() else _AGAIN
        once()

    # A process that is told to stop does not stay because of what Kafka does not take.
    thread = threading.Thread(target=run, name="security-trail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_END)
        left = len(gathered)
        if thread.is_alive() or left:
            log.error("the end of the trail of security is not known to be written", events=left)


def kafka_writer(
    kafka: Mapping[str, str], contracts: Contracts, codec: Codec
) -> Callable[[list[SecurityEvent]], None]:
    """Writes events, and returns once Kafka has them, with a producer of its own each time.

    Connects when there is one to write. Raises NotWritten, and what else keeps a producer from it.
    """

    def write(events: list[SecurityEvent]) -> None:
        with Publisher(kafka, contracts, codec, "web") as publisher:
            for each in events:
                try:
                    publisher.send(each)
                except Unencodable as error:
                    # It never will be, and must not keep back the others.
                    log.error(
                        "an event of security is no record",
                        exc_info=error,
                        quoting=False,
                        kind=each.kind,
                    )

    return write
