"""Server-sent events of one request: how far it has come, and each step further, until decided."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.responses import StreamingResponse

from operators.progress import Progress
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.live.streams import Streams
from web.principal import Principal
from web.requests.following import steps
from web.requests.reading import Reading
from web.requests.telling import event

HEARTBEAT = 15.0
"""Seconds after which a comment is sent, so that nobody between takes the connection for dead."""
_AGAIN = 2_000
"""Milliseconds after which a browser connects again."""
_LONGEST = 3_600
"""Seconds for which a stream lasts: whoever wants more connects again, and proves who they are."""


async def events(
    reading: Reading, hub: Hub, streams: Streams, request_id: str, who: Principal, last: str | None
) -> AsyncGenerator[str, None]:
    """The events, as text.

    The first `next` raises Problem when there are too many streams, the second when there is no
    such request.
    """
    with streams.opened(who):
        yield f"retry: {_AGAIN}\n\n"
        clock = asyncio.get_running_loop().time
        # No longer than it is proved who they are; browsers connect again, or sign in.
        left = _LONGEST if who.until is None else max(0, who.until - round(time.time()))
        until = clock() + min(_LONGEST, left)
        async with aclosing(steps(reading, hub, request_id, who, Mailbox(), HEARTBEAT)) as found:
            async for step in found:
                if step is None or step[0].mark == last:
                    yield ": still here\n\n"
                else:
                    yield _event(*step)
                if clock() > until:
                    return


def _event(progress: Progress, skipped: int = 0) -> str:
    told = event(progress, skipped).model_dump_json()
    return f"id: {progress.mark}\nevent: progress\ndata: {told}\n\n"


async def answer(stream: AsyncGenerator[str, None]) -> StreamingResponse:
    """The stream as an answer; a problem before its first event is raised here."""
    first = await anext(stream) + await anext(stream, "")

    async def whole() -> AsyncIterator[str]:
        try:
            yield first
            async for each in stream:
                yield each
        finally:
            await stream.aclose()

    return StreamingResponse(
        whole(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
