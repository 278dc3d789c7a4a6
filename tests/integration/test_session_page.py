"""A session that ends under somebody's hands, in a real browser: nothing of their work is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.browse import read_all
from connectors.development_key import signed
from connectors.web_settings import SignIn, Tokens
from operators.review import InvoiceReviewCompleted
from tests.integration.accessible import faults
from tests.integration.database.records import Arrival, upload
from tests.integration.desk import Desk
from tests.integration.inbox import doubtful

IDLE = 25
TOLD = 90_000
"""Milliseconds within which a page has to tell something."""
SCOPES = ("submit", "read", "review", "admin")


@pytest.fixture
def desk(bootstrap: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(
        bootstrap,
        tmp_path,
        review_undo=0,
        tokens=Tokens(development=True, development_key=tmp_path / "key.pem"),
        sign_in=SignIn(idle=timedelta(seconds=IDLE), keys=tmp_path / "sessions.json"),
    )
    with made.open():
        yield made


def sign_in(page: Page, desk: Desk, name: str) -> None:
    """By keyboard, on the page where one signs in."""
    page.wait_for_url("**/login?**")
    key = desk.settings.web.tokens.development_key
    token = signed(key, name, SCOPES, audience="manifold", lasts=timedelta(hours=1))
    expect(page.locator("#token")).to_be_focused()
    page.locator("#token").fill(token)
    page.keyboard.press("Enter")


def test_who_types_when_the_session_ends_comes_back_and_has_lost_nothing(
    browser: Browser, desk: Desk
) -> None:
    desk.scan("doc-1", doubtful(1))
    desk.enter(upload(Arrival("r-2")))
    desk.ask("r-2")
    context = browser.new_context(base_url=desk.address)
    context.set_default_timeout(TOLD)
    page, other = context.new_page(), context.new_page()
    page.goto("/review/doc-1")
    sign_in(page, desk, "anna")
    page.wait_for_url(f"{desk.address}/review/doc-1")
    other.goto("/requests/r-2")
    expect(other.locator("#link")).to_have_text("Live")
    page.bring_to_front()
    expect(page.locator("[name=number]")).to_be_focused()
    page.keyboard.type("QX/47")
    page.locator("#reason").fill("Typed before lunch.")

    # Where nobody does anything the page leaves by itself.
    other.wait_for_url("**/signed-out?**")
    expect(other.locator("h1")).to_have_text("Your session has ended")

    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/signed-out?**")
    expect(page.locator("h1")).to_have_text("Your session has ended")
    expect(page.locator("main")).to_contain_text("you are back where you were")
    assert faults(page) == []
    expect(page.get_by_role("link", name="Sign in again")).to_be_focused()
    page.keyboard.press("Enter")
    sign_in(page, desk, "anna")

    page.wait_for_url(f"{desk.address}/review/doc-1")
    expect(page.locator("#told")).to_contain_text("What you had typed is here again.")
    expect(page.locator("[name=number]")).to_have_value("QX/47")
    expect(page.locator("#reason")).to_have_value("Typed before lunch.")
    expect(page.locator("#approve-label")).to_have_text("Send corrected")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#told [data-state=sent]")
    topic = desk.contracts.topic_of(InvoiceReviewCompleted).name
    decode = desk.codec.decoder(InvoiceReviewCompleted)
    (answer,) = [decode(each.value or b"") for each in read_all(desk.kafka, [topic])]
    assert (answer.outcome, answer.reviewer, answer.reason) == (
        "CORRECTED",
        "anna",
        "Typed before lunch.",
    )
    assert answer.corrected is not None
    assert answer.corrected.number == "QX/47"
    context.close()


def test_what_somebody_has_typed_is_put_back_for_nobody_else(browser: Browser, desk: Desk) -> None:
    desk.enter(upload(Arrival("r-1")))
    desk.ask("r-1")
    context = browser.new_context(base_url=desk.address)
    context.set_default_timeout(TOLD)
    page = context.new_page()
    page.goto("/review/r-1")
    sign_in(page, desk, "anna")
    page.wait_for_url(f"{desk.address}/review/r-1")
    page.locator("#reason").fill("Anna's own words.")
    # What is left of a session that was ended elsewhere.
    context.clear_cookies()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/signed-out?**")
    page.keyboard.press("Enter")
    sign_in(page, desk, "ben")
    page.wait_for_url(f"{desk.address}/review/r-1")
    expect(page.locator(".who")).to_contain_text("ben")
    assert "Anna's own words." not in page.content()
    assert page.evaluate("sessionStorage.length") == 0
    context.close()
