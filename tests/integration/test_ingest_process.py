"""The process of the door: keys that two of them share, an end without a loss, and too much."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline
from tests.integration.redis_server import RedisServer
from tests.integration.test_ingest_away import INVOICE
from tests.integration.web_process import WebProcess


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    folder = tmp_path / "pipeline"
    folder.mkdir()
    with Pipeline(
        bootstrap, folder, MANIFOLD_DOCUMENTS__URL=str(tmp_path / "documents")
    ) as pipeline:
        yield pipeline


def written(pipeline: Pipeline) -> list[str]:
    """The requests in the topic."""
    decode = pipeline.codec.decoder(InvoiceUploaded)
    records = pipeline.read(pipeline.contracts.topic_of(InvoiceUploaded))
    return [decode(record.value or b"").request_id for record in records]


def test_the_same_key_at_two_processes_is_one_invoice(pipeline: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "redis"
    folder.mkdir()
    with RedisServer(folder) as redis:
        variables = {**pipeline.variables, "MANIFOLD_REDIS__URL": redis.url}
        with (
            WebProcess(variables, tmp_path / "one.log") as one,
            WebProcess(variables, tmp_path / "two.log") as two,
            ThreadPoolExecutor(8) as threads,
        ):

            def send(number: int, key: str = "k") -> httpx2.Response:
                web = one if number % 2 else two
                return web.client.post(
                    "/invoices", json=INVOICE, headers={"idempotency-key": f'"{key}"'}
                )

            answers = list(threads.map(send, range(40)))
            codes = Counter(answer.status_code for answer in answers)
            assert set(codes) <= {202, 409}
            assert codes[202] > 0
            assert len({answer.text for answer in answers if answer.status_code == 202}) == 1
            assert len(written(pipeline)) == 1

            # Nobody else's Redis is asked again and again while it is away.
            redis.kill()
            assert send(1, "other").json()["type"] == "urn:manifold:problem:keys-away"
            assert one.client.post("/invoices", json=INVOICE).status_code == 202
            ready = one.client.get("/health/ready")
            redis.start()
            for web, number in ((one, 1), (two, 2)):
                web.until_it_answers("/health/ready", 200)
                again = send(number, "other")
                while again.status_code == 503:
                    again = send(number, "other")
                assert again.status_code == 202
            assert ready.status_code == 200
    assert len(written(pipeline)) == 3


async def _flood(port: int, count: int) -> Counter[int]:
    limits = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=120
    ) as client:
        answers = await asyncio.gather(
            *(client.post("/invoices", content=json.dumps(INVOICE)) for _ in range(count))
        )
    for answer in answers:
        assert answer.status_code == 202 or answer.headers["retry-after"] == "1"
    return Counter(answer.status_code for answer in answers)


def test_too_much_is_shed_and_what_was_accepted_is_in(pipeline: Pipeline, tmp_path: Path) -> None:
    variables = {**pipeline.variables, "MANIFOLD_WEB__MOST_UNDER_WAY": "3"}
    with WebProcess(variables, tmp_path / "web.log") as web:
        found = asyncio.run(_flood(web.port, 200))
        assert set(found) == {202, 429}
        assert web.client.post("/invoices", json=INVOICE).status_code == 202
    assert len(written(pipeline)) == found[202] + 1


def test_asked_to_end_it_answers_what_it_has_begun(pipeline: Pipeline, tmp_path: Path) -> None:
    with WebProcess(pipeline.variables, tmp_path / "web.log") as web:
        taken: list[str] = []

        def send() -> None:
            with httpx2.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=60) as client:
                while True:
                    try:
                        answer = client.post("/invoices", json=INVOICE)
                    except httpx2.ConnectError:
                        return  # it takes no connections any more
                    except httpx2.TransportError:
                        continue  # it closes a connection while the next request is on its way
                    assert answer.status_code in (202, 503), answer.text
                    if answer.status_code == 202:
                        taken.append(answer.json()["request_id"])
                    if len(taken) == 200:
                        web.terminate()

        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(send) for _ in range(4)]:
                done.result(120)
        assert web.wait() == 0, web.told()
    assert len(taken) >= 200
    assert set(written(pipeline)) >= set(taken)
