"""What a client is told when something is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from confluent_kafka import KafkaError, KafkaException
from fastapi import APIRouter
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from connectors.database.errors import DatabaseUnavailable, SchemaOutdated
from connectors.object_store import StoreAway
from connectors.worker_pool import PoolClosed
from web.app import application
from web.principal import Everybody, Principal, Reader
from web.problem import Problem

FAILURES: dict[str, Exception] = {
    "database": DatabaseUnavailable("postgresql://inside does not answer"),
    "store": StoreAway("inside does not answer"),
    "workers": PoolClosed("it is closed"),
    "kafka": KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN)),
    "schema": SchemaOutdated("postgresql://inside lacks tables"),
    "bug": ValueError("inside"),
    "refused": KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)),
}


class Named(BaseModel):
    iban: int


class Sample:
    def __init__(self) -> None:
        self.router = APIRouter()
        self.router.add_api_route("/mine", self._mine)
        self.router.add_api_route("/shape", self._shape, methods=["POST"])
        self.router.add_api_route("/busy", self._busy)
        self.router.add_api_route("/fails/{why}", self._fails)
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

    async def _fails(self, why: str) -> None:
        raise FAILURES[why]

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


@pytest.mark.parametrize("why", ["database", "store", "workers", "kafka"])
def test_a_part_that_is_away_is_to_be_asked_again(why: str) -> None:
    with TestClient(application(Everybody(), [Sample()], "1")) as client:
        told = client.get(f"/fails/{why}")
    assert (told.status_code, told.headers["retry-after"]) == (503, "5")
    assert told.json()["type"] == "urn:manifold:problem:part-away"
    assert "inside" not in told.text


def test_a_part_that_cannot_be_used_is_not_to_be_asked_again() -> None:
    with TestClient(application(Everybody(), [Sample()], "1")) as client:
        told = client.get("/fails/schema")
    assert (told.status_code, "retry-after" in told.headers) == (503, False)
    assert told.json()["type"] == "urn:manifold:problem:part-unusable"
    assert "inside" not in told.text


@pytest.mark.parametrize("why", ["bug", "refused"])
def test_a_bug_is_no_part_that_is_away(why: str) -> None:
    app = application(Everybody(), [Sample()], "1")
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get(f"/fails/{why}").status_code == 500


def test_a_scope_that_is_lacking_is_named() -> None:
    with TestClient(application(Nobody(), [Sample()], "1")) as client:
        told = client.get("/mine")
    assert told.status_code == 403
    assert told.json()["scope"] == "read"
