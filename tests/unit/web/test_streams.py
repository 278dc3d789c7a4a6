"""Streams at a time: nobody has all of them, and one that ends makes room."""

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

import pytest
from starlette.responses import StreamingResponse

from operators.progress import Happened
from web.live.hub import Hub
from web.live.streams import Streams
from web.principal import Principal
from web.problem import Problem
from web.requests.reading import Reading
from web.requests.stream import answer, events

ANNA = Principal("anna", "north", frozenset({"read"}))
BERT = Principal("bert", "north", frozenset({"read"}))
OTHER_ANNA = Principal("anna", "south", frozenset({"read"}))


def test_a_subject_has_its_own_and_all_together_have_a_bound() -> None:
    streams = Streams(3, 2)
    with streams.opened(ANNA), streams.opened(ANNA):
        with pytest.raises(Problem) as refused, streams.opened(ANNA):
            pass
        assert refused.value.status == 429
        with streams.opened(OTHER_ANNA):
            with pytest.raises(Problem) as full, streams.opened(BERT):
                pass
            assert full.value.status == 503
        with streams.opened(BERT):
            pass
    with streams.opened(ANNA), streams.opened(ANNA):
        pass


class NothingStored:
    async def known(self, request_id: str, tenant: str | None) -> None:
        return None


def test_a_stream_of_events_counts_until_it_ends() -> None:
    async def scene() -> None:
        hub, streams = Hub(clock=lambda: 1_000), Streams(10, 1)
        hub.take([("north", Happened("uploaded", "r-1", 1, 1_000, uploaded_at=1_000))])
        reading = cast("Reading", NothingStored())

        async def asked() -> StreamingResponse:
            return await answer(events(reading, hub, streams, "r-1", ANNA, None))

        first = cast("AsyncGenerator[str, None]", (await asked()).body_iterator)
        assert "event: progress" in await anext(first)
        with pytest.raises(Problem) as refused:
            await asked()
        assert refused.value.status == 429
        await first.aclose()
        assert hub.watchers == 0
        await asked()

    asyncio.run(scene())
