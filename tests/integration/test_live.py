"""Requests as the web application tells of them, while a real pipeline decides them."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from flows import FLOWS
from manifold.generator import Sample
from tests.integration.pipeline import Pipeline, generated
from tests.integration.web_server import served


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return generated(40, seed=8)[1]


@pytest.fixture(scope="module")
def pipeline(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("live")
    with Pipeline(bootstrap, folder) as running:
        running.publish_reference(generated(40, seed=8)[0])
        yield running


@pytest.fixture(scope="module")
def address(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(pipeline, tmp_path_factory.mktemp("served")) as where:
        yield where


@pytest.fixture(autouse=True)
def flows(pipeline: Pipeline) -> None:
    pipeline.running(*(flow for flow in FLOWS if flow not in ("extract", "enrich", "statistics")))


def test_a_request_is_followed_from_its_upload_to_its_decision(
    pipeline: Pipeline, address: str, samples: list[Sample]
) -> None:
    upload = samples[0].upload
    with httpx2.Client(base_url=address, timeout=60) as client:
        pipeline.publish(upload)
        _arrived(client, upload.request_id)
        states = []
        with client.stream("GET", f"/requests/{upload.request_id}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for told in _told(stream):
                states.append(told)
                if told["status"] is not None:
                    break
        last = states[-1]
        assert last["revision"] == 1
        assert set(last["branches"]) == {"VALIDATION", "INVENTORY", "FRAUD", "PRICING"}
        marks = [each["mark"] for each in states]
        assert len(set(marks)) == len(marks)
        pipeline.at_rest("collect")
        found = client.get(f"/requests/{upload.request_id}").json()
    assert found["decision"]["status"] == last["status"]
    assert found["number"] == (upload.invoice and upload.invoice.number)
    assert found["timeline"][0]["what"] == "uploaded"
    assert [step["what"] for step in found["timeline"]].count("answered") == 4


def test_what_was_decided_is_told_once_and_then_the_stream_ends(
    pipeline: Pipeline, address: str, samples: list[Sample]
) -> None:
    with httpx2.Client(base_url=address, timeout=60) as client:
        settled = None
        for sample in samples[1:20]:
            pipeline.publish(sample.upload)
        pipeline.at_rest("collect")
        settled = client.get("/requests", params={"status": "APPROVED"}).json()["requests"][0]
        path = f"/requests/{settled['request_id']}/events"
        with client.stream("GET", path) as stream:
            told = list(_told(stream))
        assert [each["state"] for each in told] == ["decided"]
        again = client.get(path, headers={"Last-Event-ID": told[0]["mark"]})
        assert again.status_code == 204


def test_a_list_goes_on_behind_the_last_page(
    pipeline: Pipeline, address: str, samples: list[Sample]
) -> None:
    with httpx2.Client(base_url=address, timeout=60) as client:
        seen: list[str] = []
        cursor = None
        while True:
            parameters = {"size": "7", **({"cursor": cursor} if cursor else {})}
            page = client.get("/requests", params=parameters).json()
            seen += [each["request_id"] for each in page["requests"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(set(seen)) == len(seen) >= 20
        wrong = client.get("/requests", params={"cursor": "x"})
        assert wrong.status_code == 422
        assert wrong.headers["content-type"] == "application/problem+json"


def test_what_nobody_sent_is_not_there(address: str) -> None:
    with httpx2.Client(base_url=address) as client:
        for path in ("/requests/nothing", "/requests/nothing/events"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.json()["type"] == "urn:manifold:problem:request-unknown"


def test_what_waits_for_a_person_is_taken_back_once(
    pipeline: Pipeline, address: str, samples: list[Sample]
) -> None:
    with httpx2.Client(base_url=address, timeout=60) as client:
        waiting = client.get("/requests", params={"status": "REVIEW"}).json()["requests"]
        assert waiting, "none of the generated invoices asks for a person"
        path = f"/requests/{waiting[0]['request_id']}"
        for _ in range(2):
            assert client.post(f"{path}/cancel", json={"reason": "Sent twice."}).status_code == 202
        with client.stream("GET", f"{path}/events") as stream:
            last = list(_told(stream))[-1]
        assert (last["status"], last["decided_by"]) == ("REJECTED", "a person")
        pipeline.at_rest("decide", "collect")
        found = client.get(path).json()
        # Asked again, it is as it was wanted, and nothing more is written.
        assert client.post(f"{path}/cancel").status_code == 202
        assert found["decision"]["reason"] == "Cancelled by the producer: Sent twice."
        assert [each["status"] for each in found["revisions"]] == ["REVIEW", "REJECTED"]
        other = client.get("/requests", params={"status": "APPROVED"}).json()["requests"][0]
        refused = client.post(f"/requests/{other['request_id']}/cancel")
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:manifold:problem:settled"


def test_the_board_and_a_request_come_through_one_socket(
    pipeline: Pipeline, address: str, samples: list[Sample]
) -> None:
    upload = samples[25].upload

    async def watch() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        async with websockets.connect(address.replace("http", "ws") + "/live") as socket:
            await socket.send('{"subscribe": "board"}')
            await asyncio.to_thread(pipeline.publish, upload)
            await asyncio.to_thread(_arrived, httpx2.Client(base_url=address), upload.request_id)
            await socket.send(json.dumps({"subscribe": "request", "request_id": upload.request_id}))
            async with asyncio.timeout(60):
                while True:
                    told.append(json.loads(await socket.recv()))
                    rows = {row["id"]: row for row in told[-1].get("rows", ())}
                    on_board = rows.get(upload.request_id, {}).get("revision")
                    mine = [each for each in told if each["type"] == "request"]
                    if on_board and mine and mine[-1]["revision"]:
                        return told

    told = asyncio.run(watch())
    board = [each for each in told if each["type"] == "board"][-1]
    assert board["uploaded"] >= 1
    assert sum(board["decided"].values()) >= 1
    assert {"lag", "flow", "state"} <= set(board["flows"][0]) if board["flows"] else True


def test_a_page_of_elsewhere_gets_no_socket(address: str) -> None:
    async def refused() -> None:
        where = address.replace("http", "ws") + "/live"
        async with websockets.connect(where, origin="https://elsewhere.example"):  # type: ignore[arg-type]  # a plain text is one
            pass

    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(refused())


def _arrived(client: httpx2.Client, request_id: str) -> None:
    """Ask again, as the problem says, until what was sent has been heard of."""
    deadline = time.monotonic() + 60
    while client.get(f"/requests/{request_id}").status_code == 404:
        assert time.monotonic() < deadline, "what was sent is not heard of"


def _told(stream: httpx2.Response) -> Iterator[dict[str, Any]]:
    for line in stream.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


def test_streams_end_whole_when_the_service_stops(
    pipeline: Pipeline, samples: list[Sample], tmp_path: Path
) -> None:
    for process in [each for each in pipeline.processes if each.flow == "decide"]:
        pipeline.stop(process)
    upload = samples[30].upload
    told: list[dict[str, Any]] = []

    def follow(address: str) -> None:
        # A connection that is cut, rather than ended, raises.
        with (
            httpx2.Client(base_url=address, timeout=60) as client,
            client.stream("GET", f"/requests/{upload.request_id}/events") as stream,
        ):
            told.extend(_told(stream))

    with ThreadPoolExecutor(1) as thread:
        with served(pipeline, tmp_path) as address:
            pipeline.publish(upload)
            _arrived(httpx2.Client(base_url=address), upload.request_id)
            following = thread.submit(follow, address)
            time.sleep(1)
            assert not following.done()
        following.result(60)
    assert told
    assert told[-1]["status"] is None
