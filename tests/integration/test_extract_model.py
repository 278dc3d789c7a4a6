"""Doubtful documents through a real broker: the flow asks a language model, whatever becomes of it.

The model is a local server that answers as the API does.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.document_cache import DocumentCache
from connectors.document_reader import EXTRACTOR
from connectors.document_work import Opened
from connectors.settings import Redis
from flows import EXTRACT
from manifold.cli.policy import starter_policy
from operators.decision import InvoiceDecision
from operators.extraction.gate import gates_of
from operators.money import parse
from operators.review import InvoiceReviewRequested
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded
from tests.integration.inbox import Inbox, doubtful, outcomes
from tests.integration.pipeline import Pipeline
from tests.integration.redis_server import RedisServer
from tests.messages_server import MessagesServer, Play, fails, hangs, says

NUMBER = {"field": "number", "line": 3, "text": "QX/47", "value": "QX/47"}
FOUND = says({"values": [NUMBER], "rows": []})
DOCUMENTS = 8
_COMPANY = 5.0
"""Seconds that a question waits for another one."""
POLICY = replace(
    starter_policy(),
    version="asks the model",
    reading_accept=parse("0.85"),
    reading_again=parse("0.85"),
    reading_model=0,
)


class Place:
    """A pipeline whose `extract` asks a model of the test's own about its documents."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox, redis: Redis) -> None:
        self.pipeline = pipeline
        self.redis = redis
        self._inbox = inbox
        self._number = 0

    def publish(self, count: int) -> list[InvoiceUploaded]:
        """Upload so many doubtful documents."""
        numbers = range(self._number, self._number + count)
        self._number += count
        uploads = [self._inbox.upload(f"r-{number}", doubtful(number)) for number in numbers]
        self.pipeline.publish(*uploads)
        return uploads

    def completed(self) -> list[InvoiceOcrCompleted]:
        return self.pipeline.seen.all(InvoiceOcrCompleted)

    def asked(self) -> list[str]:
        """Requests that a person is asked about."""
        return [each.request_id for each in self.pipeline.seen.all(InvoiceReviewRequested)]


Start = Callable[[MessagesServer], Place]


@pytest.fixture
def start(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(tmp_path_factory.mktemp("redis")))
        folder = tmp_path_factory.mktemp("pipeline")
        inbox = Inbox(folder)

        def started(server: MessagesServer) -> Place:
            variables = {
                "MANIFOLD_DOCUMENTS__URL": inbox.settings.url,
                "MANIFOLD_REDIS__URL": redis.url,
                "MANIFOLD_MODEL__URL": server.url,
                "MANIFOLD_MODEL__API_KEY": "key",
                "MANIFOLD_MODEL__ATTEMPTS": "1",
            }
            pipeline = stack.enter_context(Pipeline(bootstrap, folder, **variables))
            pipeline.publish(POLICY)
            return Place(pipeline, inbox, Redis(url=redis.url))

        yield started


def number_of(body: dict[str, Any]) -> int:
    """Which document a question is about: its fourth line begins with it."""
    (message,) = body["messages"]
    lines = json.loads(message["content"])["lines"]
    return int(lines[3][1].split()[0])


def test_what_is_doubtful_is_settled_by_the_model_and_nobody_is_asked(start: Start) -> None:
    with MessagesServer(FOUND) as server:
        place = start(server)
        place.pipeline.start(EXTRACT)
        uploads = place.publish(DOCUMENTS)
        place.pipeline.until(lambda: len(place.completed()) == DOCUMENTS, "all are read")
        place.pipeline.at_rest(EXTRACT)

        assert outcomes(place.pipeline) == {each.request_id: 1 for each in uploads}
        for each in place.completed():
            assert each.invoice.number == "QX/47"
            assert each.reading is not None
            found = {field.field: field.obtained for field in each.reading.fields}
            assert found["number"] == "MODEL"
            assert each.reading.model is not None
            assert each.reading.model.cost > 0
        assert Counter(map(number_of, server.bodies)) == dict.fromkeys(range(DOCUMENTS), 1)


@pytest.mark.parametrize(
    "play", [None, hangs, fails(429, "rate_limit_error"), fails(529, "overloaded_error")]
)
def test_while_the_model_is_away_people_are_asked_and_it_is_asked_again_when_it_is_back(
    start: Start, play: Play | None
) -> None:
    with ExitStack() as there:
        server = there.enter_context(MessagesServer(play or FOUND))
        place, port = start(server), server.port
        if play is None:
            there.close()
        process = place.pipeline.start(EXTRACT, MANIFOLD_MODEL__TIME_LIMIT="2")
        uploads = place.publish(DOCUMENTS)
        place.pipeline.until(lambda: len(place.asked()) == DOCUMENTS, "people are asked")

    assert sorted(place.asked()) == sorted(each.request_id for each in uploads)
    assert place.completed() == []
    assert log_of(process.log).count("a service is away") == 1

    with MessagesServer(FOUND, port=port):

        def one_is_read() -> bool:
            place.publish(1)
            return bool(place.completed())

        place.pipeline.until(one_is_read, "the model is asked again")
    assert "a service is back" in log_of(process.log)
    assert process.code is None


def log_of(log: Path) -> str:
    """The lines about the model."""
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(each for each in lines if "language model" in each)


class OneAnswered(MessagesServer):
    """Of the first two questions that are open at the same time it answers one, and hangs then.

    Questions are asked at the same time about documents of one poll alone.
    """

    def __init__(self) -> None:
        super().__init__(hangs)
        self.answered: int | None = None
        self._pair = threading.Condition()
        self._open: list[int] = []

    def respond(self, body: dict[str, Any], request: BaseHTTPRequestHandler) -> None:
        number = number_of(body)
        with self._pair:
            self._open.append(number)
            if len(self._open) == 2 and self.answered is None:
                self.answered = number
                self._pair.notify_all()
            alone = not self._pair.wait_for(lambda: self.answered is not None, _COMPANY)
            self._open.remove(number)
        if alone or number == self.answered:
            FOUND(self, request)
        else:
            super().respond(body, request)


def test_a_document_whose_epoch_was_killed_is_extracted_once_and_not_paid_for_again(
    start: Start,
) -> None:
    with OneAnswered() as server:
        place = start(server)
        pipeline = place.pipeline
        uploads = place.publish(DOCUMENTS)
        process = pipeline.start(EXTRACT)
        kept = Kept(place, uploads)
        pipeline.until(
            lambda: server.answered is not None and kept.settled(server.answered),
            "one of two questions of a poll is answered, and the answer kept",
        )
        answered = server.answered
        assert answered is not None
        assert f"r-{answered}" not in outcomes(pipeline)

        server.plays = [FOUND]
        pipeline.killed(process)
        pipeline.until(lambda: len(place.completed()) == DOCUMENTS, "all are read")
        pipeline.at_rest(EXTRACT)

        assert outcomes(pipeline) == {each.request_id: 1 for each in uploads}
        assert not pipeline.seen.all(InvoiceDecision)
        asked = Counter(map(number_of, server.bodies))
        assert asked[answered] == 1
        assert max(asked.values()) == 2


class Kept:
    """What the flow has kept of documents in Redis."""

    def __init__(self, place: Place, uploads: list[InvoiceUploaded]) -> None:
        namespace = place.pipeline.namespace
        self._cache = DocumentCache(place.redis, Opened, EXTRACTOR, namespace=namespace)
        self._documents = [each.document for each in uploads]

    def settled(self, number: int) -> bool:
        """Whether nothing is to be asked about a document any more."""
        document, gates = self._documents[number], gates_of(POLICY)
        assert document is not None
        key = f"{document.sha256}:{gates.accept:g}:{gates.second_reading:g}:{gates.model:g}"
        found = self._cache.get(key)
        return found is not None and found.read.step.action == "ACCEPT"
