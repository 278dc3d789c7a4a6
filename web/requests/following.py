"""How far a request has come, and each step further: for streams of any kind."""

from collections.abc import AsyncGenerator

from operators.progress import Progress
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.principal import Principal
from web.requests.looking import look
from web.requests.reading import Reading

Step = tuple[Progress, int]
"""How far it has come, and how many states before that were left out."""


async def steps(
    reading: Reading,
    hub: Hub,
    request_id: str,
    who: Principal,
    box: Mailbox,
    heartbeat: float,
) -> AsyncGenerator[Step | None, None]:
    """The present state, then each further one; None for a heartbeat. Ends when it is settled.

    Who listens is put down before anything is looked up, so nothing is missed between. Raises
    Problem when there is no such request.
    """
    with hub.watching(request_id, box):
        shown = (await look(reading, hub, request_id, who)).progress
        yield shown, 0
        while not shown.settled:
            news = await box.next(heartbeat)
            if news is None:
                if box.closed:
                    # The service is about to stop; another one goes on from here.
                    return
                yield None
                continue
            (progress, _), skipped = news
            if progress is not None and progress.mark != shown.mark:
                shown = progress
                yield shown, skipped
