"""What a client is told when something is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from web.app import application
from web.principal import Everybody, Principal, Reader
from web.problem import Problem


class Named(BaseModel):
    iban: int


class Sample:
    def __init__(self) -> None:
        self.router = APIRouter()
        self.router.add_api_route("/mine", self._mine)
        self.router.add_api_route("/shape", self._shape, methods=["POST"])
        self.router.add_api_route("/busy", self._busy)
        self.ran: list[str] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.ran.append("begun")
        yield
        self.ran.append("ended")

    async def _mine(self, who: Reader) -> str:
        return who.subject

    async def _shape(self, named: Named) -> int:
        return named.iban

    async def _busy(self) -> None:
        raise Problem(429, "busy", "Too many requests", "Try again in 2 s.", retry_after=2)


class Nobody:
    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        return Principal("eve", None, frozenset())


def test_errors_are_problem_details() -> None:
    area = Sample()
    with TestClient(application(Everybody(), [area], "1")) as client:
        assert area.ran == ["begun"]
        assert client.get("/mine").json() == "developer"
        busy = client.get("/busy")
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "2")
        assert busy.headers["content-type"] == "application/problem+json"
        assert busy.json()["type"] == "urn:manifold:problem:busy"
        missing = client.get("/nothing")
        assert missing.headers["content-type"] == "application/problem+json"
        assert missing.json()["status"] == 404
    assert area.ran == ["begun", "ended"]


def test_what_was_given_stays_out_of_the_answer() -> None:
    with TestClient(application(Everybody(), [Sample()], "1")) as client:
        told = client.post("/shape", json={"iban": "DE89370400440532013000"})
    assert told.status_code == 422
    assert told.json()["errors"][0]["where"] == "body/iban"
    assert "DE89" not in told.text


def test_a_scope_that_is_lacking_is_named() -> None:
    with TestClient(application(Nobody(), [Sample()], "1")) as client:
        told = client.get("/mine")
    assert told.status_code == 403
    assert told.json()["scope"] == "read"
