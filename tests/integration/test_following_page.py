"""A request's page in a real browser that cannot follow it just now, and comes back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from connectors.web_settings import Limits
from tests.integration.database.records import Arrival, upload
from tests.integration.desk import Desk, person

TOLD = 60_000
"""Milliseconds within which a page has to tell something."""


@pytest.fixture
def desk(bootstrap: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(bootstrap, tmp_path, limits=Limits(streams=1))
    made.enter(upload(Arrival("r-1")))
    made.ask("r-1")
    with made.open():
        yield made


def live(page: Page) -> None:
    expect(page.locator("#link")).to_have_text("Live", timeout=TOLD)


def test_who_has_too_many_streams_open_follows_when_one_has_ended(
    browser: Browser, desk: Desk
) -> None:
    first = person(browser, desk.address)
    second = person(browser, desk.address)
    first.goto("/requests/r-1")
    live(first)
    with second.expect_response("**/events") as refused:
        second.goto("/requests/r-1")
    assert refused.value.status == 429
    expect(second.locator("#link")).to_contain_text("Not live; again in", timeout=TOLD)
    first.context.close()
    live(second)
    second.context.close()


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told_and_longer_each_time_otherwise(
    browser: Browser, desk: Desk, status: int
) -> None:
    page = person(browser, desk.address)
    asked: list[float] = []

    def refuse(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) > 3:
            route.continue_()
            return
        told = {"Retry-After": "4"} if len(asked) == 1 else {}
        route.fulfill(status=status, headers=told, body="{}")

    page.route("**/events", refuse)
    page.goto("/requests/r-1")
    live(page)
    first, second, third, fourth = asked
    # At least half of one second, two and four; the first time four, since it was told so.
    assert second - first >= 4
    assert third - second >= 1
    assert fourth - third >= 2
    page.context.close()


def test_a_line_that_breaks_is_taken_up_behind_the_last_event(browser: Browser, desk: Desk) -> None:
    page = person(browser, desk.address)
    asked: list[str | None] = []

    def once(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        if len(asked) > 1:
            route.continue_()
            return
        told = 'event: progress\ndata: {"mark": "x",\ndata: "state": "received"}\n\n'
        body = f"retry: 10\n\nid: 1-0-0000-received\n{told}"
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    page.route("**/events", once)
    page.goto("/requests/r-1")
    live(page)
    expect(page.locator("#said")).to_have_text("Now received.", timeout=TOLD)
    assert asked == [None, "1-0-0000-received"]
    page.context.close()


def test_what_is_not_there_any_more_is_not_asked_for_again(browser: Browser, desk: Desk) -> None:
    page = person(browser, desk.address)
    page.route("**/events", lambda route: route.fulfill(status=404, body="{}"))
    page.goto("/requests/r-1")
    expect(page.locator("#link")).to_have_text("Not live: load the page again", timeout=TOLD)
    page.context.close()
