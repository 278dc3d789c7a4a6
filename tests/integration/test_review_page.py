"""People review in a real browser, by keyboard: what they answer is on the topic, once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from connectors.browse import read_all
from connectors.clock import now
from connectors.dead_letters import ERROR_REASON, GROUP, MESSAGE
from operators.candidate import IN_FORCE
from operators.decision import ReviewNote
from operators.money import parse
from operators.result import Violation
from operators.review import InvoiceReviewCompleted
from tests.integration.accessible import faults
from tests.integration.database.records import Arrival, decision, upload
from tests.integration.desk import Desk, person
from tests.integration.inbox import doubtful
from tests.integration.test_reviews import POLICY
from web import review

UNDO = 1.5
TOLD = 30_000
"""Milliseconds within which a page has to tell something."""


@pytest.fixture
def desk(bootstrap: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(bootstrap, tmp_path, review_undo=UNDO)
    made.publish(replace(POLICY, policy_id=IN_FORCE))
    with made.open():
        yield made


@pytest.fixture
def anna(browser: Browser, desk: Desk) -> Iterator[Page]:
    page = person(browser, desk.address)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type == "error" and "status of 4" not in said.text
            else None
        ),
    )
    yield page
    page.context.close()
    assert not complaints


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """A page with the script that turns words into values."""
    source = (Path(review.__file__).parent / "static" / "values.js").read_text()
    page = browser.new_page()
    page.set_content("<title>values</title>")
    page.add_script_tag(content=f"{source}; window.value = value", type="module")
    page.wait_for_function('() => typeof window.value === "function"')
    yield page
    page.close()


def said(desk: Desk) -> list[InvoiceReviewCompleted]:
    decode = desk.codec.decoder(InvoiceReviewCompleted)
    topic = desk.contracts.topic_of(InvoiceReviewCompleted).name
    return [decode(each.value or b"") for each in read_all(desk.kafka, [topic])]


def told(page: Page, state: str) -> None:
    page.wait_for_selector(f"#told [data-state={state}]", timeout=TOLD)


def test_a_document_is_put_right_by_keyboard_alone_and_the_next_item_opens(
    desk: Desk, anna: Page
) -> None:
    desk.scan("doc-1", doubtful(1))
    desk.ask("r-2", opened_at=now() - 1_000)
    anna.goto("/review")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/review/doc-1**")
    number = anna.locator("[name=number]")
    expect(number).to_be_focused()
    expect(anna.locator("#broken")).to_contain_text("The invoice number is missing")
    anna.keyboard.type("QX/47")
    expect(anna.locator("#broken")).not_to_contain_text("The invoice number is missing")
    anna.keyboard.press("Enter")
    expect(anna.locator("[name='seller.name']")).to_be_focused()
    anna.keyboard.press("Tab")
    expect(anna.locator("#reason")).to_be_focused()
    anna.keyboard.press("Control+Enter")

    anna.wait_for_url("**/review/r-2**")
    told(anna, "sent")
    (answer,) = said(desk)
    assert (answer.request_id, answer.outcome, answer.reviewer) == (
        "doc-1",
        "CORRECTED",
        "anna.berger",
    )
    assert answer.corrected is not None
    assert answer.corrected.number == "QX/47"
    assert answer.corrected.totals.gross == parse("130.90")

    again = replace(upload(Arrival("doc-1", attempt=2)), origin="REVIEW")
    desk.enter(again, replace(decision(Arrival("doc-1", attempt=2), 1, "APPROVED")))
    told(anna, "decided")
    expect(anna.locator("#told")).to_contain_text("APPROVED, revision 1 of attempt 2")


def test_item_after_item_by_ctrl_enter(desk: Desk, anna: Page) -> None:
    for number in range(6):
        desk.enter(upload(Arrival(f"r-{number}")))
        desk.ask(f"r-{number}", opened_at=now() - 60_000 + number)
    anna.goto("/review")
    anna.keyboard.press("Enter")
    for number in range(6):
        anna.wait_for_url(f"**/review/r-{number}**")
        expect(anna.locator("#reason")).to_be_focused()
        anna.keyboard.press("Control+Enter")
    anna.wait_for_url(re.compile(r"/review\?said="))
    told(anna, "sent")
    assert sorted((each.request_id, each.outcome) for each in said(desk)) == [
        (f"r-{number}", "APPROVED") for number in range(6)
    ]
    expect(anna.get_by_text("Nothing to review")).to_be_visible()


def test_what_nobody_has_touched_is_no_correction(desk: Desk, anna: Page) -> None:
    terms = "#SKONTO#TAGE=10#\r\n 30 days net \n"
    record = upload(Arrival("r-1"))
    assert record.invoice is not None
    broken = Violation("PEPPOL-X", "The terms are odd.", "WARNING", "payment_terms")
    invoice = replace(record.invoice, payment_terms=terms)
    desk.enter(record)
    desk.ask("r-1", violations=(broken,), invoice=invoice)
    anna.goto("/review/r-1")
    expect(anna.locator("[name=payment_terms]")).to_be_focused()
    anna.keyboard.press("Enter")
    anna.keyboard.press("Control+Enter")
    told(anna, "sent")
    assert [(each.outcome, each.corrected) for each in said(desk)] == [("APPROVED", None)]


def test_an_answer_is_taken_back_before_anybody_has_read_it(desk: Desk, anna: Page) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    anna.goto("/review/r-1")
    expect(anna.locator("#reason")).to_be_focused()
    anna.keyboard.press("Alt+r")
    anna.keyboard.press("Alt+2")
    expect(anna.locator("#reject-reason")).to_have_value("Paid already.")
    anna.keyboard.press("Control+Enter")
    anna.wait_for_url(re.compile(r"/review\?said="))
    anna.wait_for_selector("[data-undo]")
    anna.keyboard.press("Alt+u")
    anna.wait_for_url("**/review/r-1")
    expect(anna.locator("#claim")).to_contain_text("Yours")
    anna.wait_for_timeout(UNDO * 1_000 + 1_500)
    assert said(desk) == []


def test_of_two_people_the_second_is_told_who_has_it_and_cannot_answer(
    browser: Browser, desk: Desk, anna: Page
) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    ben = person(browser, desk.address, "ben.costa")
    anna.goto("/review/r-1")
    ben.goto("/review/r-1")
    expect(ben.get_by_role("alert")).to_contain_text("anna.berger has this one")
    assert ben.locator("#approve").count() == 0
    answer = ben.request.post(
        "/review/r-1/answer",
        data={"attempt": 1, "revision": 1, "outcome": "APPROVED", "reason": "Mine."},
    )
    assert (answer.status, answer.json()["holder"]) == (409, "anna.berger")
    assert ben.request.post("/review/r-1/assign", data={"to": None}).status == 403

    anna.keyboard.press("Escape")
    anna.wait_for_url("**/review")
    ben.reload()
    expect(ben.locator("#claim")).to_contain_text("Yours")
    ben.context.close()


def test_who_has_an_item_gives_it_to_another_by_keyboard(
    browser: Browser, desk: Desk, anna: Page
) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    ben = person(browser, desk.address, "ben.costa")
    ben.goto("/review/r-1")
    expect(ben.locator("#reason")).to_be_focused()
    ben.keyboard.press("Alt+g")
    expect(ben.locator("#give-to")).to_be_focused()
    assert faults(ben) == []
    # Not as she is called exactly: it is she nevertheless.
    ben.keyboard.type("Anna.Berger")
    ben.keyboard.press("Enter")
    ben.wait_for_url("**/review")
    expect(ben.locator("#queue tbody")).to_contain_text("Anna.Berger")

    anna.goto("/review")
    anna.keyboard.press("Enter")
    anna.wait_for_url("**/review/r-1**")
    expect(anna.locator("#claim")).to_contain_text("Yours")
    ben.goto("/review/r-1")
    expect(ben.get_by_role("alert")).to_contain_text("anna.berger has this one")
    ben.keyboard.press("Alt+g")
    expect(ben.locator("#give-to")).to_have_count(0)
    answer = ben.request.post("/review/r-1/assign", data={"to": "ben.costa"})
    assert (answer.status, answer.json()["type"]) == (403, "urn:manifold:problem:not-yours")
    ben.context.close()


def test_an_admin_takes_an_item_from_another_by_keyboard(
    browser: Browser, desk: Desk, anna: Page
) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    ben = person(browser, desk.address, "ben.costa")
    ben.goto("/review/r-1")
    expect(ben.locator("#claim")).to_contain_text("Yours")
    anna.goto("/review/r-1")
    expect(anna.get_by_role("alert")).to_contain_text("ben.costa has this one")
    anna.keyboard.press("Alt+g")
    expect(anna.locator("#give-to")).to_have_value("anna.berger")
    anna.keyboard.press("Escape")
    anna.keyboard.press("Alt+g")
    anna.keyboard.press("Enter")
    expect(anna.locator("#claim")).to_contain_text("Yours")
    ben.keyboard.press("Control+Enter")
    expect(ben.locator("#told")).to_contain_text("anna.berger has it now")
    ben.context.close()


def test_four_eyes_are_two_people(browser: Browser, desk: Desk, anna: Page) -> None:
    desk.enter(upload(Arrival("r-1")))
    note = ReviewNote("Anna.Berger", "APPROVED", "Fine.", now())
    desk.ask("r-1", needed=2, approvals=(note,))
    anna.goto("/review/r-1")
    expect(anna.get_by_text("You have approved this already.")).to_be_visible()
    expect(anna.locator("#reason")).to_be_focused()
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#told")).to_contain_text("another person has to")
    answer = anna.request.post(
        "/review/r-1/answer",
        data={"attempt": 1, "revision": 1, "outcome": "APPROVED", "reason": "Again."},
    )
    assert (answer.status, answer.json()["type"]) == (409, "urn:manifold:problem:same-reviewer")


def test_a_word_of_the_page_fills_the_field_that_is_looked_at(desk: Desk, anna: Page) -> None:
    desk.scan("doc-1", doubtful(1))
    anna.goto("/review/doc-1")
    anna.wait_for_selector("svg .word", state="attached", timeout=60_000)
    word = anna.locator("svg .word", has=anna.locator("title", has_text=re.compile("^QX/47$")))
    word.dispatch_event("mousedown")
    expect(anna.locator("[name=number]")).to_have_value("QX/47")
    total = anna.locator("[name='totals.gross']")
    total.focus()
    expect(anna.locator("svg .mark.here")).to_have_count(1)
    total.fill("131,90")
    expect(anna.locator("#broken")).to_contain_text("131.90")
    total.fill("1.2.3.4")
    expect(total).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("amount", "1.234.567,89", "1234567.89"),
        ("amount", "EUR 1,234.50", "1234.50"),
        ("amount", "1'234.5", "1234.5"),
        ("amount", "12,00-", "-12.00"),
        ("amount", "1 234", "1234"),
        ("amount", "1.234", "1234"),
        ("amount", "0,125", "0.125"),
        ("amount", "99999999999999999999,99", "99999999999999999999.99"),
        ("amount", "nothing", "nothing"),
        ("day", "12 March 2024", "2024-03-12"),
        ("day", "3.2.26", "2026-02-03"),
        ("day", "31. Dezember 2025", "2025-12-31"),
        ("day", "2026-1-5", "2026-01-05"),
        ("day", "45.13.2026", "45.13.2026"),
        ("text", " R-7 ", "R-7"),
    ],
)
def test_what_stands_on_a_page_is_taken_exactly(
    script: Page, kind: str, text: str, value: str
) -> None:
    assert script.evaluate("([text, kind]) => window.value(text, kind)", [text, kind]) == value


def test_a_refusal_is_told_with_what_to_do(desk: Desk, anna: Page) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    anna.goto("/review/r-1")
    expect(anna.locator("#reason")).to_be_focused()
    anna.keyboard.press("Control+Enter")
    told(anna, "sent")
    (answer,) = said(desk)
    topic = desk.contracts.topic_of(InvoiceReviewCompleted).name
    producer = Producer(desk.kafka)
    producer.produce(
        desk.contracts.dead_letters_of(topic).name,
        desk.codec.encoder(InvoiceReviewCompleted)(answer),
        b"r-1",
        headers=[
            (ERROR_REASON, b"review_settled"),
            (MESSAGE, b"another answer has been taken over"),
            (GROUP, b"decide"),
        ],
    )
    producer.flush(30)
    told(anna, "refused")
    expect(anna.locator("#told")).to_contain_text("another answer has been taken over")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages(browser: Browser, desk: Desk, scheme: str) -> None:
    arrival = Arrival("r-1")
    broken = Violation("MF-PO-MISSING", "The invoice names no purchase order.", "WARNING", None)
    desk.enter(upload(arrival), decision(arrival))
    desk.ask("r-1", violations=(broken,))
    desk.ask("r-2", invoice_id="<script>alert(1)</script>")
    desk.scan("doc-1", doubtful(1))
    page = person(browser, desk.address, color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for path in ("/review", "/review/r-1", "/review/doc-1", "/review/none", "/letters", "/policy"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[path] = faults(page)
    page.goto("/review/r-1")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    found["help"] = faults(page)
    page.context.close()
    assert {path: each for path, each in found.items() if each} == {}
