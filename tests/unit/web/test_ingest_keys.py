"""A request that is sent again with its key."""

import asyncio
import json
from datetime import timedelta

import httpx2
import pytest
from fastapi.testclient import TestClient

from connectors import catalogue
from connectors.async_producer import Unacknowledged
from connectors.request_keys import KeysAway, KeysOfOneProcess, Taken
from tests.unit.web.entrances import Entrances, Served
from tests.unit.web.test_ingest import INVOICE, PDF
from web.ingest.key import given_key
from web.principal import Everybody
from web.problem import Problem

BODY = json.dumps(INVOICE).encode()
OTHER = json.dumps({**INVOICE, "number": "R-2"}).encode()
KEY = {"idempotency-key": '"8e03978e"'}


class Away(KeysOfOneProcess):
    def __init__(self) -> None:
        """Never there."""

    async def take(self, key: str, mine: Taken, /) -> Taken | None:
        raise KeysAway("Redis is away")


def test_the_same_again_has_the_same_answer_and_is_in_once() -> None:
    served = Served()
    with TestClient(served.app) as client:
        first = client.post("/invoices", content=BODY, headers=KEY)
        again = client.post("/invoices", content=BODY, headers={"idempotency-key": "8e03978e"})
        other = client.post("/invoices", content=OTHER, headers=KEY)
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert other.status_code == 422
    assert len(served.entrance.sent) == 1
    assert served.measures.value(catalogue.WEB_KEYS, "answered") == 1
    assert served.measures.value(catalogue.WEB_KEYS, "another_request") == 1


def test_a_form_is_the_same_whatever_its_boundaries_are() -> None:
    served = Served()
    with TestClient(served.app) as client:
        told = [
            client.post(
                "/invoices",
                content=(
                    f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"'
                    f"\r\n\r\n{PDF.decode()}\r\n--{boundary}--\r\n"
                ),
                headers={**KEY, "content-type": f"multipart/form-data; boundary={boundary}"},
            )
            for boundary in ("one", "two")
        ]
    assert [each.status_code for each in told] == [202, 202]
    assert told[0].json() == told[1].json()


def test_keys_are_those_of_a_principal() -> None:
    entrance = Entrances()
    keys = KeysOfOneProcess(timedelta(hours=1), timedelta(seconds=60))
    for access in (Everybody("a", "north"), Everybody("b", "north"), Everybody("a", "south")):
        with TestClient(Served(entrance, keys, access).app) as client:
            assert client.post("/invoices", content=BODY, headers=KEY).status_code == 202
    assert len({upload.request_id for upload in entrance.sent}) == 3


def test_without_keys_a_request_with_one_is_refused_and_others_are_not() -> None:
    served = Served(keys=Away())
    with TestClient(served.app) as client:
        with_key = client.post("/invoices", content=BODY, headers=KEY)
        without = client.post("/invoices", content=BODY)
    assert (with_key.status_code, with_key.json()["written"]) == (503, "no")
    assert without.status_code == 202


@pytest.mark.parametrize("headers", [KEY, {}])
def test_what_may_be_in_can_be_sent_again_as_the_same_request(headers: dict[str, str]) -> None:
    served = Served()
    served.entrance.failures = [Unacknowledged("…")]
    with TestClient(served.app) as client:
        unknown = client.post("/invoices", content=BODY, headers=headers).json()
        again = client.post(
            "/invoices", content=BODY, headers={"idempotency-key": unknown["idempotency_key"]}
        )
    assert unknown["written"] == "unknown"
    assert again.status_code == 202
    assert again.json()["request_id"] == unknown["request_id"]


async def _both(served: Served) -> list[httpx2.Response]:
    transport = httpx2.ASGITransport(served.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        served.entrance.waits = asyncio.Event()
        first = asyncio.create_task(client.post("/invoices", content=BODY, headers=KEY))
        await asyncio.sleep(0.05)
        second = await client.post("/invoices", content=BODY, headers=KEY)
        served.entrance.waits.set()
        return [await first, second]


def test_while_the_first_is_under_way_the_second_has_to_wait() -> None:
    served = Served()
    first, second = asyncio.run(_both(served))
    assert first.status_code == 202
    assert (second.status_code, second.headers["retry-after"]) == (409, "1")
    assert len(served.entrance.sent) == 1


@pytest.mark.parametrize("header", ["", '""', "a b", "a,b", '"é"', "x" * 256, '"a'])
def test_what_is_no_key_is_refused(header: str) -> None:
    with pytest.raises(Problem) as refused:
        given_key(header)
    assert refused.value.status == 400
