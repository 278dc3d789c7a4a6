"""Dead letters in a real browser: looked at, sent back, let go, each once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from connectors.browse import read_all
from connectors.dead_letters import (
    ATTEMPTS,
    ERROR_REASON,
    FIRST_SEEN,
    GROUP,
    MESSAGE,
    TARGET_GROUP,
    TOPIC,
)
from connectors.policy_topic import PolicyTopic
from connectors.resolved import resolved_letters
from operators.candidate import IN_FORCE
from operators.money import ONE
from operators.policy_change import put_in_force
from operators.upload import InvoiceUploaded
from tests.integration.database.records import Arrival, upload
from tests.integration.desk import Desk, person
from tests.integration.test_reviews import POLICY


@pytest.fixture
def desk(bootstrap: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(bootstrap, tmp_path)
    with made.open():
        yield made


def bury(desk: Desk, value: bytes, reason: str, key: bytes = b"v-1") -> None:
    topic = desk.contracts.topic_of(InvoiceUploaded).name
    headers: list[tuple[str, str | bytes | None]] = [
        (ERROR_REASON, reason.encode()),
        (MESSAGE, b"It could not be used."),
        (TOPIC, topic.encode()),
        (GROUP, f"{desk.contracts.namespace}pricing".encode()),
        (ATTEMPTS, b"3"),
        (FIRST_SEEN, b"2026-03-02T09:15:00.180Z"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    producer = Producer(desk.kafka)
    producer.produce(desk.contracts.dead_letters_of(topic).name, value, key, 0, headers=headers)
    assert producer.flush(30) == 0


def test_letters_are_replayed_and_discarded_once_after_a_question(
    browser: Browser, desk: Desk
) -> None:
    record = upload(Arrival("r-1"))
    value = desk.codec.encoder(InvoiceUploaded)(record)
    bury(desk, value, "poison")
    bury(desk, b"\x01garbled <script>", "not_framed")
    page = person(browser, desk.address)
    page.goto("/letters")
    expect(page.locator("#letters tbody tr")).to_have_count(2)
    expect(page.get_by_label("Counts")).to_contain_text("poison")

    page.get_by_role("link", name="invoice.uploaded 0:1").click()
    expect(page.locator("pre.raw")).to_contain_text("01 67 61 72")
    page.get_by_role("link", name="All dead letters").click()
    page.get_by_role("link", name="invoice.uploaded 0:0").click()
    expect(page.locator("pre").first).to_contain_text('"request_id": "r-1"')

    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_contain_text("Replay this dead letter?")
    page.keyboard.press("Escape")
    assert resolved_letters(desk.kafka, desk.contracts, desk.codec) == {}
    page.keyboard.press("r")
    page.locator("#confirm-yes").click()
    expect(page.locator(".badge-replayed")).to_be_visible(timeout=60_000)
    (sent,) = read_all(desk.kafka, [desk.contracts.topic_of(InvoiceUploaded).name])
    assert (sent.value, sent.key) == (value, b"v-1")
    assert sent.header(TARGET_GROUP) == f"{desk.contracts.namespace}pricing".encode()

    page.goto("/letters")
    expect(page.locator("#letters tbody tr")).to_have_count(1)
    page.locator("#all").check()
    expect(page.locator("#how-many")).to_have_text("1 chosen")
    page.get_by_role("button", name="Discard").click()
    page.locator("#confirm-yes").click()
    expect(page.get_by_text("No dead letters here")).to_be_visible(timeout=60_000)
    page.goto("/letters?resolved=true")
    expect(page.locator("#letters tbody tr")).to_have_count(2)

    letter = f"{desk.contracts.namespace}invoice.uploaded.dlq/0/0"
    again = page.request.post("/letters/resolve", data={"action": "REPLAYED", "letters": [letter]})
    assert again.json() == {"action": "REPLAYED", "done": 0, "before": 1}
    page.context.close()


def test_they_are_for_those_who_run_it(browser: Browser, desk: Desk) -> None:
    page = person(browser, desk.address, "ben.costa")
    answer = page.goto("/letters")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    page.context.close()


def test_a_policy_is_compared_with_the_one_before(browser: Browser, desk: Desk) -> None:
    topic = PolicyTopic(desk.kafka, desk.contracts, desk.codec)
    topic.claim()
    topic.change(put_in_force({}, POLICY))
    stricter = replace(POLICY, version="stricter", approval_limit=500 * ONE)
    topic.change(put_in_force({IN_FORCE: replace(POLICY, policy_id=IN_FORCE)}, stricter))
    page = person(browser, desk.address)
    page.goto("/policy")
    expect(page.locator(".differences")).to_contain_text("approval_limit")
    expect(page.locator(".differences ins").first).to_be_visible()
    page.goto("/policy?old=stricter&new=stricter")
    expect(page.get_by_text("Nothing is different.")).to_be_visible()
    file = page.request.get("/policy/versions/stricter.yaml")
    assert "stricter" in file.text()
    page.context.close()
