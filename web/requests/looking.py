"""A request as it can be known here: what is stored, and what was seen on its way there."""

from msgspec import Struct

from connectors.database.requests import Known
from operators.progress import Progress
from web.live.hub import Hub, Watched
from web.principal import Principal
from web.problem import Problem
from web.requests.reading import Reading
from web.requests.telling import progress_of

_PATIENCE = 3.0
"""Seconds for a request that nobody has heard of: what was accepted a moment ago is on its way."""


class Look(Struct, frozen=True):
    """What is known of a request."""

    known: Known | None
    """What is stored; None before anything is."""
    watched: Watched | None
    progress: Progress


async def look(reading: Reading, hub: Hub, request_id: str, who: Principal) -> Look:
    """What is known of a request. Raises Problem 404 when there is none that they may see."""
    known = await reading.known(request_id, who.tenant)
    watched = hub.known(request_id)
    if known is not None:
        stored = progress_of(known)
        if watched is None:
            return Look(known, None, stored)
        return Look(known, watched, hub.seed(watched, stored))
    if watched is None or watched.upload is None:
        watched = await hub.heard_of(request_id, _PATIENCE)
    if (
        watched is None
        or watched.upload is None
        or watched.progress is None
        or not who.sees(watched.tenant)
    ):
        raise missing(request_id)
    return Look(None, watched, watched.progress)


def missing(request_id: str) -> Problem:
    """There is none; also for one that is somebody else's."""
    return Problem(
        404,
        "request-unknown",
        "No such request",
        "There is no request with this identifier. One that was sent a moment ago may not have "
        "arrived here: ask again in a second.",
    )
