"""Which attempts of which requests may come in: the next one, of one's own."""

import asyncio
from collections.abc import Callable, Sequence

from connectors.database.attempts import Attempt
from web.principal import Principal
from web.problem import Problem


class Corrections:
    """Knows what has come in of a request before."""

    def __init__(self, attempts: Callable[[str], Sequence[Attempt]]) -> None:
        """`attempts` asks the database, and may take its time."""
        self._attempts = attempts

    async def check(self, who: Principal, request_id: str, attempt: int) -> None:
        """Raise Problem unless it is the next attempt of a request of theirs."""
        known = await asyncio.to_thread(self._attempts, request_id)
        if not known or not all(who.sees(each.tenant) for each in known):
            raise Problem(
                404,
                "no-request",
                "There is no such request",
                "A request is known some seconds after it has come in: look at its id.",
            )
        following = known[-1].number + 1
        if attempt != following:
            raise Problem(
                409,
                "attempt",
                "This is not the next attempt",
                f"The next attempt of this request is {following}.",
                next_attempt=following,
            )
