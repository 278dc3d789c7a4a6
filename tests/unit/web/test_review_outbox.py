"""Answers on their way to Kafka, against librdkafka's mock cluster: one that is refused holds
nothing else up."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from msgspec.structs import replace

from connectors.browse import read_all
from connectors.clock import now
from connectors.codec import Codec, LockIds, TooLarge
from connectors.contracts import Contracts
from connectors.database import Store
from connectors.database.connected import Connected
from connectors.database.migration import migrate
from connectors.database.review_answers import Given, ReviewAnswers
from connectors.publish import NotWritten, Publisher
from connectors.stream import Received
from operators.review import InvoiceReviewCompleted
from tests.integration.database.records import Arrival, asked, event, review
from web.review.outbox import Outbox

CONTRACTS = Contracts.load()
CODEC = Codec(CONTRACTS, LockIds(CONTRACTS))
TOPIC = CONTRACTS.topic_of(InvoiceReviewCompleted).name


@pytest.fixture
def kafka() -> Iterator[dict[str, str]]:
    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    brokers = cluster.list_topics(timeout=10).brokers.values()
    yield {"bootstrap.servers": ",".join(f"{each.host}:{each.port}" for each in brokers)}
    cluster.flush(0)


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[ReviewAnswers]:
    url = f"sqlite:///{tmp_path}/manifold.db"
    migrate(url)
    store = Store.connect(url)
    store.append("c", [event(asked(Arrival(f"r-{number}")), number) for number in range(3)])
    store.close()
    opened = Connected(url)
    yield ReviewAnswers(opened)
    opened.close()


def gave(answers: ReviewAnswers, request_id: str, reason: str = "Seen.") -> Given:
    given = answers.give(replace(review(Arrival(request_id)), reason=reason), now(), 0)
    assert given is not None
    time.sleep(0.002)  # The order in which they are due is the order in which they were given.
    return given


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


def became(answers: ReviewAnswers, given: Given) -> Given:
    found = answers.get(given.answer_id, given.completed.reviewer)
    assert found is not None
    return found


def test_an_answer_too_large_for_its_topic_holds_no_other_up(
    kafka: dict[str, str], answers: ReviewAnswers
) -> None:
    before, large = gave(answers, "r-0"), gave(answers, "r-1", "x" * 1_048_000)
    after = gave(answers, "r-2")
    with Outbox(answers, kafka, CONTRACTS, CODEC).running():
        until(lambda: became(answers, after).published_at is not None)
    found = [CODEC.decoder(InvoiceReviewCompleted)(each.value or b"") for each in written(kafka)]
    assert sorted(each.request_id for each in found) == ["r-0", "r-2"], "each once"
    assert became(answers, large).refusal == "too_large"
    assert became(answers, before).refusal is became(answers, after).refusal is None


def test_an_answer_that_is_on_its_way_cannot_be_taken_back(
    kafka: dict[str, str], answers: ReviewAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose clock is behind takes it for one that is not due yet."""
    given = gave(answers, "r-0")
    flush, taken = Publisher.flush, []

    def taking_back(publisher: Publisher) -> int:
        at = given.due_at - 1
        taken.append(answers.take_back(given.answer_id, given.completed.reviewer, at, 1_000))
        return flush(publisher)

    monkeypatch.setattr(Publisher, "flush", taking_back)
    with Outbox(answers, kafka, CONTRACTS, CODEC).running():
        until(lambda: bool(written(kafka)))
        until(lambda: became(answers, given).published_at is not None)
    assert taken[0] is None


def test_what_could_not_be_published_is_tried_again_soon(
    kafka: dict[str, str], answers: ReviewAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = gave(answers, "r-0"), gave(answers, "r-1")
    monkeypatch.setattr("web.review.outbox._PAUSE", 0.1)
    flush, tried = Publisher.flush, []

    def failing_once(publisher: Publisher) -> int:
        tried.append(publisher)
        if len(tried) == 1:
            raise NotWritten("the broker did not answer in time")
        return flush(publisher)

    monkeypatch.setattr(Publisher, "flush", failing_once)
    with Outbox(answers, kafka, CONTRACTS, CODEC).running():
        until(lambda: became(answers, second).published_at is not None)
    assert became(answers, first).published_at is not None
    assert tried[1] is not tried[0], "a new producer"


def test_an_answer_is_measured_before_it_is_taken(
    kafka: dict[str, str], answers: ReviewAnswers
) -> None:
    outbox = Outbox(answers, kafka, CONTRACTS, CODEC)
    outbox.check(review(Arrival("r-0")))
    with pytest.raises(TooLarge, match=TOPIC):
        outbox.check(replace(review(Arrival("r-0")), reason="x" * 1_048_000))


def written(kafka: dict[str, str]) -> list[Received]:
    return list(read_all(kafka, [TOPIC]))
