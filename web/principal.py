"""Who asks, and what they may do.

>>> anna = Principal(subject="anna", tenant="north", scopes=frozenset({"read"}))
>>> anna.may("read"), anna.may("review"), anna.sees("north"), anna.sees("south")
(True, False, True, False)
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, Protocol, TypeAlias, get_args

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from msgspec import Struct
from starlette.requests import HTTPConnection

from web.access.scheme import AccessToken
from web.problem import Problem

Scope: TypeAlias = Literal["submit", "read", "review", "admin"]
"""submit: send invoices; read: see them; review: answer what people are asked; admin: the rest."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


class Principal(Struct, frozen=True):
    """Somebody, or a program, whose identity has been proved."""

    subject: str
    """Identifies them; reviews name it."""
    tenant: str | None
    """Whose invoices they may see; None where an installation has one tenant only."""
    scopes: frozenset[Scope]
    """What they may do."""
    until: int | None = None
    """Unix time in seconds at which the proof ends; None where it does not."""

    def may(self, scope: Scope) -> bool:
        """Whether they may do it."""
        return scope in self.scopes

    def sees(self, tenant: str | None) -> bool:
        """Whether what belongs to a tenant is theirs to see. Others are told that there is none."""
        return tenant == self.tenant


class Access(Protocol):
    """Says who asks."""

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """The principal of a request or a WebSocket. Raises Problem with status 401."""


class Everybody:
    """Whoever asks may do everything: for one machine's own development, never for a network."""

    def __init__(self, subject: str = "developer", tenant: str | None = None) -> None:
        """What they are called, and whose invoices they see."""
        self._principal = Principal(subject, tenant, frozenset(SCOPES))

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """The one there is."""
        return self._principal


_scheme = AccessToken()
_scopes: dict[Any, Scope] = {}
"""What the dependencies of routes need."""
_ASKED = "asked_first"


def needs(scope: Scope) -> Any:
    """The dependency of a route: the principal, who must have the scope."""

    async def principal(
        connection: HTTPConnection, _: Annotated[None, Security(_scheme, scopes=[scope])]
    ) -> Principal:
        who: Principal | None = connection.scope.get("state", {}).pop(_ASKED, None)
        return who or await allowed(connection, scope)

    _scopes[principal] = scope
    return Depends(principal)


class AskedFirst(APIRoute):
    """A route that finds out who asks, and how often, before it reads what they send.

    The framework takes a body in and parses it before any dependency is asked; whoever may not send
    one would cost that.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the question before it."""
        handle = super().get_route_handler()
        needed = [
            _scopes[each.call] for each in self.dependant.dependencies if each.call in _scopes
        ]
        if self.body_field is None or not needed:
            return handle
        (scope,) = needed

        async def asked(request: Request) -> Response:
            # Once: it counts against their rate.
            setattr(request.state, _ASKED, await allowed(request, scope))
            return await handle(request)

        return asked


async def allowed(connection: HTTPConnection, scope: Scope) -> Principal:
    """The principal, who must have the scope now.

    What stays open asks again with each message: tokens and sessions end meanwhile. Raises Problem.
    """
    who: Principal = await connection.app.state.access(connection)
    if not who.may(scope):
        raise Problem(
            403,
            "scope",
            "Not allowed",
            f"This needs the scope “{scope}”: ask who issues your tokens for it.",
            scope=scope,
        )
    return who


Submitter: TypeAlias = Annotated[Principal, needs("submit")]
Reader: TypeAlias = Annotated[Principal, needs("read")]
Reviewer: TypeAlias = Annotated[Principal, needs("review")]
Admin: TypeAlias = Annotated[Principal, needs("admin")]
