"""The dead letters' pages: counts, a list, one letter whole, and what is done with many.

What is done with letters is done by `connectors.resolved`, as on the command line: each exactly
once. It takes one at a time, since a second one fences the first.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from threading import Lock
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from connectors.browse import partitions_of, record_at
from connectors.codec import Codec
from connectors.content import content_of, text_header
from connectors.contracts import Contracts
from connectors.dead_letters import ADDED, CUT, GROUP, MESSAGE, STACKTRACE
from connectors.letters import (
    By,
    Letters,
    Selection,
    heaps,
    letter_topics,
    still_open,
    summary,
)
from connectors.resolved import NotResolved, Resolver, letter_id, resolved_letters
from connectors.stream import Received
from operators.time import isoformat
from web.pages.rendering import Pages, wants_page
from web.principal import Admin, AskedFirst
from web.problem import Problem

_SHOWN = 500
_MOST = 50_000
"""Letters that are read for a page at most."""
_BYTES = 4_096
"""Of a raw value that are shown."""

Action: TypeAlias = Literal["REPLAYED", "DISCARDED"]


class Filter(Struct, frozen=True):
    """Which letters an address means; empty texts do not matter."""

    topic: str | None
    reason: str | None
    group: str | None
    request: str | None
    resolved: bool
    query: str

    @property
    def selection(self) -> Selection:
        """The same without the topic."""
        return Selection(reason=self.reason, group=self.group, request=self.request)


def filtered(
    topic: str | None = None,
    reason: str | None = None,
    group: str | None = None,
    request: str | None = None,
    resolved: bool = False,
) -> Filter:
    """The filter of an address."""
    given = {"topic": topic, "reason": reason, "group": group, "request": request}
    texts = {name: text.strip() for name, text in given.items() if text and text.strip()}
    query = urlencode(texts | ({"resolved": "true"} if resolved else {}))
    found = [texts.get(name) for name in given]
    return Filter(found[0], found[1], found[2], found[3], resolved, query)


Chosen: TypeAlias = Annotated[Filter, Depends(filtered)]


class Resolving(BaseModel):
    """What is to be done with which letters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Action
    letters: list[str] = Field(min_length=1, max_length=_SHOWN)
    """Topic/partition/offset of each."""


class LettersArea:
    """`/letters`."""

    def __init__(
        self, pages: Pages, kafka: Mapping[str, str], contracts: Contracts, codec: Codec
    ) -> None:
        """Connect nothing yet."""
        self._pages = pages
        self._kafka = kafka
        self._contracts = contracts
        self._codec = codec
        self._letters = Letters(kafka, contracts, codec)
        self._one_at_a_time = Lock()
        self.router = APIRouter(prefix="/letters", route_class=AskedFirst, include_in_schema=False)
        routes: tuple[tuple[str, str, Any], ...] = (
            ("GET", "", self._list),
            ("POST", "/resolve", self._resolve),
            ("GET", "/{topic}/{partition}/{offset}", self._show),
        )
        for method, path, endpoint in routes:
            self.router.add_api_route(path, endpoint, methods=[method], response_model=None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    def _list(self, request: Request, who: Admin, chosen: Chosen) -> Response | dict[str, Any]:
        resolved = resolved_letters(self._kafka, self._contracts, self._codec)
        read: list[Received] = []
        reading = self._letters.read(self._topics(chosen.topic), chosen.selection)
        for letter in reading:
            read.append(letter)
            if len(read) >= _MOST:
                reading.close()
                break
        open_ones = still_open(read, resolved)
        shown = read if chosen.resolved else open_ones
        lines = [
            {**summary(each), "id": letter_id(each), "resolved": resolved.get(letter_id(each))}
            for each in shown[-_SHOWN:][::-1]
        ]
        counts = {by.value: heaps(open_ones, [by]) for by in (By.REASON, By.TOPIC, By.GROUP)}
        if not wants_page(request):
            plain = {
                name: {heap.common[0]: heap.letters for heap in found}
                for name, found in counts.items()
            }
            return {"open": len(open_ones), "counts": plain, "letters": lines}
        return self._pages.page(
            request,
            "letters/list.html",
            who=who,
            lines=lines,
            counts=counts,
            open=len(open_ones),
            total=len(shown),
            chosen=chosen,
            topics=sorted(letter_topics(self._contracts)),
            namespace=self._contracts.namespace,
        )

    def _show(
        self, request: Request, topic: str, partition: int, offset: int, who: Admin
    ) -> Response | dict[str, Any]:
        letter = self._letter(topic, partition, offset)
        content = content_of(letter, self._contracts, self._codec)
        resolved = resolved_letters(self._kafka, self._contracts, self._codec)
        raw = letter.value or b""
        told = {
            **summary(letter),
            "id": letter_id(letter),
            "time": isoformat(letter.timestamp),
            "message": text_header(letter, MESSAGE) or "",
            "resolved": resolved.get(letter_id(letter)),
            "whole": letter.header(CUT) is None,
            "headers": {
                name: (value or b"").decode(errors="replace")
                for name, value in letter.headers
                if name not in ADDED
            },
            "stacktrace": text_header(letter, STACKTRACE) or "",
            "kind": content.kind,
            "record": content.record,
            "problem": content.problem,
            "bytes": len(raw),
            "raw": _dump(raw[:_BYTES]),
        }
        if not wants_page(request):
            return told
        decoded = None
        if content.problem is None:
            decoded = msgspec.json.format(msgspec.json.encode(content.record)).decode()
        return self._pages.page(
            request, "letters/letter.html", who=who, letter=told, decoded=decoded
        )

    def _resolve(self, what: Resolving, who: Admin) -> dict[str, Any]:
        letters = [self._letter(*_place(each)) for each in dict.fromkeys(what.letters)]
        if what.action == "REPLAYED":
            for each in letters:
                if each.header(GROUP) is None:
                    raise Problem(
                        409,
                        "untargeted",
                        "It cannot be replayed",
                        f"{letter_id(each)} does not say which flow could not use it, and a replay "
                        "would reach all of them: discard it, and submit the invoice anew.",
                    )
        with self._one_at_a_time:
            resolver = Resolver(self._kafka, self._contracts, self._codec, who.subject)
            try:
                done = resolver.resolve(letters, what.action)
            except NotResolved as error:
                raise Problem(409, "not-resolved", "Not all was done", str(error)) from None
        return {"action": what.action, "done": done, "before": len(letters) - done}

    def _topics(self, named: str | None) -> Sequence[str]:
        there = letter_topics(self._contracts)
        if named is None:
            return list(there.values())
        for name in (named, self._contracts.namespace + named):
            if name in there:
                return [there[name]]
        raise Problem(404, "not-found", "Not found", f"{named} has no dead letters.")

    def _letter(self, topic: str, partition: int, offset: int) -> Received:
        # Nothing but dead letters is shown here, whatever is asked for.
        known = topic in letter_topics(self._contracts).values() and min(partition, offset) >= 0
        if known and partition < partitions_of(self._kafka, [topic])[topic]:
            found = record_at(self._kafka, (topic, partition), offset)
            if found is not None:
                return found
        raise Problem(404, "not-found", "Not found", "There is no such dead letter any more.")


def _place(text: str) -> tuple[str, int, int]:
    topic, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not partition.isdecimal() or not offset.isdecimal():
        raise Problem(422, "invalid", "No dead letter", f"{text[:80]} names no dead letter.")
    return topic, int(partition), int(offset)


def _dump(raw: bytes) -> str:
    """Bytes as people read them: where, in hexadecimal, and what of it is text.

    >>> _dump(b"AB")
    '00000000  41 42                                            AB'
    """
    lines = []
    for start in range(0, len(raw), 16):
        part = raw[start : start + 16]
        text = "".join(chr(each) if 32 <= each < 127 else "·" for each in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {text}")
    return "\n".join(lines)
