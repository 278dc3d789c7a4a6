"""A request as people look at it, and the list of them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import KafkaException
from fastapi import Request
from fastapi.responses import HTMLResponse

from connectors.database.requests import Known
from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from operators.audit import hash_of
from operators.candidate import IN_FORCE
from operators.decision import InvoiceDecision
from operators.reference import ReferencePolicy
from operators.why import Why, why
from web.pages.rendering import Pages
from web.principal import Principal
from web.requests import models

log = Log(__name__)

_KEPT = 30.0
"""Seconds for which the policies are not read again."""

Policies = Callable[[], Mapping[str, ReferencePolicy]]


class RequestPages:
    """Renders them."""

    def __init__(self, pages: Pages, policies: Policies) -> None:
        """`policies` are read in a thread, now and then."""
        self._pages = pages
        self._policies = policies
        self._known: Mapping[str, ReferencePolicy] | None = None
        self._read_at = float("-inf")
        self._turn = asyncio.Lock()

    async def one(
        self, request: Request, who: Principal, told: models.Request, known: Known | None
    ) -> HTMLResponse:
        """The page of a request; `known` is None before anything of it is stored."""
        decision = _in_force(known)
        return self._pages.page(
            request,
            "requests/request.html",
            who=who,
            told=told,
            why=None if decision is None else await self._why(decision),
            decision=decision,
            audit=[]
            if known is None
            else [(each, hash_of(each) == each.hash) for each in known.audit],
            asked=None if known is None else known.asked,
        )

    def list(
        self, request: Request, who: Principal, listed: models.Listed, wanted: dict[str, Any]
    ) -> HTMLResponse:
        """The list; `wanted` is what it is restricted by."""
        return self._pages.page(
            request, "requests/list.html", who=who, listed=listed, wanted=wanted
        )

    async def _why(self, decision: InvoiceDecision) -> Why | None:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            # Also after a failure: nobody has to wait for an absent broker each time.
            if now - self._read_at > _KEPT:
                try:
                    self._known = await asyncio.to_thread(self._policies)
                except (Unavailable, Misconfigured, KafkaException) as error:
                    log.warning("policies cannot be read", why=str(error))
                self._read_at = asyncio.get_running_loop().time()
        if self._known is None or IN_FORCE not in self._known:
            return None
        return why(decision, self._known)


def _in_force(known: Known | None) -> InvoiceDecision | None:
    if known is None or not known.decisions:
        return None
    last = known.decisions[-1]
    return last if last.attempt == known.uploads[-1].attempt else None
