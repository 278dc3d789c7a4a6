"""Who asks for what is another tenant's: they are told that there is none, the trail is told."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import HTTPConnection

from connectors.logs import Log
from connectors.security_event import Gathered
from web.access.trail import happened
from web.principal import Principal
from web.problem import Problem

log = Log(__name__)

Whose = Callable[[str], Awaitable[Mapping[str, str | None]]]
"""The tenant of a request by its identifier; empty when it is not stored. Raises Problem."""


class OtherTenants:
    """Looks whose a request is that somebody was told is not there.

    It is asked after the answer, so that nobody learns from the time it takes. The event says who
    has asked and by which route, and nothing of what they asked for or of whose it is.
    """

    def __init__(self, whose: Whose, gathered: Gathered) -> None:
        """`whose`: the tenant of a request."""
        self._whose = whose
        self._gathered = gathered

    async def __call__(self, request_id: str, connection: HTTPConnection, /) -> None:
        """Put it in the trail when it is another tenant's."""
        who: Principal | None = connection.scope.get("state", {}).get("principal")
        if who is None:
            return
        try:
            found = await self._whose(request_id)
        except Problem as problem:
            log.warning("not known whose it is", kind=problem.kind)
            return
        if any(not who.sees(tenant) for tenant in found.values()):
            self._gathered.add(happened(connection.scope, "OTHER_TENANT"))
