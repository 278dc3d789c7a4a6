"""The board and a request's page in a real browser: over a real pipeline, and in a flood."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows import FLOWS
from tests.integration.accessible import faults
from tests.integration.pipeline import Pipeline, generated
from tests.integration.synthetic import flood
from tests.integration.web_server import served

TOLD = 60_000
"""Milliseconds within which a page has to tell something."""
ROWS = 24

_WATCH_MESSAGES = """
window.frames_told = 0;
window.long_tasks = [];
const Original = WebSocket;
window.WebSocket = class extends Original {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => { window.frames_told += 1; });
  }
};
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.long_tasks.push(Math.round(each.duration));
}).observe({ entryTypes: ["longtask"] });
"""


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1500, "height": 950}, color_scheme=request.param
    )
    context.set_default_timeout(TOLD)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


@pytest.fixture(scope="module")
def pipeline(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path_factory.mktemp("live")) as running:
        running.publish_reference(generated(20, seed=8)[0])
        running.running(*(each for each in FLOWS if each not in ("extract", "enrich")))
        yield running


@pytest.fixture(scope="module")
def address(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(pipeline, tmp_path_factory.mktemp("served")) as where:
        yield where


def test_an_invoice_is_watched_from_the_board_to_its_decision(
    pipeline: Pipeline, address: str, page: Page
) -> None:
    upload = generated(20, seed=8)[1][0 if page.evaluate(_DARK) else 1].upload
    page.goto(f"{address}/board")
    expect(page.locator("#link-text")).to_have_text("Live", timeout=TOLD)
    pipeline.publish(upload)
    row = page.locator(f"tr:has(a[title='{upload.request_id}'])")
    expect(row.locator(".badge")).to_have_text(_any("APPROVED", "REVIEW", "REJECTED"), timeout=TOLD)
    assert "" not in [each.strip() for each in row.locator(".pip").all_text_contents()]
    assert faults(page) == []
    # By keyboard: the list stands still while somebody is in it.
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.title")
    page.locator(f"a[title='{upload.request_id}']").focus()
    assert focused
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/requests/{upload.request_id}")
    expect(page.locator("ol.way li[data-what=decided]").first).to_be_visible(timeout=TOLD)
    assert page.locator("ol.way li[data-what=answered]").count() == 4
    # The upload, four answers, a decision; and a question, when a person is asked.
    expect(page.locator("#trail ~ .scroll tbody tr").nth(5)).to_be_visible(timeout=TOLD)
    entries = page.locator("#trail ~ .scroll tbody tr").count()
    assert page.locator("text=altered").count() == 0
    assert page.locator("#why").count() == 1
    page.keyboard.press("r")
    expect(page.locator("#records-shown details")).to_have_count(entries, timeout=TOLD)
    assert upload.request_id in page.locator("#records-shown pre").first.inner_text()
    assert faults(page) == []


def test_a_request_page_follows_what_happens(pipeline: Pipeline, address: str, page: Page) -> None:
    upload = generated(20, seed=8)[1][2 if page.evaluate(_DARK) else 3].upload
    for flow in [each for each in pipeline.processes if each.flow == "decide"]:
        pipeline.stop(flow)
    pipeline.publish(upload)
    page.goto(f"{address}/requests/{upload.request_id}")
    expect(page.locator("#request")).to_have_attribute("data-state", "judging", timeout=TOLD)
    assert faults(page) == []
    pipeline.start("decide")
    expect(page.locator("h1 .badge")).to_have_text(
        _any("APPROVED", "REVIEW", "REJECTED"), timeout=TOLD
    )


def test_a_request_that_is_still_judged_is_cancelled_on_its_page(
    pipeline: Pipeline, address: str, page: Page
) -> None:
    upload = generated(20, seed=8)[1][4 if page.evaluate(_DARK) else 5].upload
    pipeline.stop(*(each for each in pipeline.processes if each.flow == "inventory"))
    pipeline.publish(upload)
    page.goto(f"{address}/requests/{upload.request_id}")
    expect(page.locator("#request")).to_have_attribute("data-state", "judging", timeout=TOLD)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#cancel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("It is being cancelled.")
    expect(page.locator("h1 .badge")).to_have_text("REJECTED", timeout=TOLD)
    expect(page.locator("#decision ~ dl")).to_contain_text("Cancelled by the producer.")
    expect(page.locator("#cancel")).to_have_count(0)
    assert faults(page) == []
    pipeline.start("inventory")
    pipeline.at_rest("inventory")


def test_the_list_finds_requests(address: str, page: Page) -> None:
    page.goto(f"{address}/requests")
    expect(page.locator("tbody tr").first).to_be_visible()
    found = page.locator("tbody tr").first.locator("td").nth(2).inner_text()
    page.fill("#vendor", found)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**vendor={found}**")
    expect(page.locator("tbody tr").first).to_be_visible()
    vendors = page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert set(vendors) == {found}
    assert faults(page) == []


def test_a_page_stays_alive_in_a_flood(bootstrap: str, browser: Browser, tmp_path: Path) -> None:
    with Pipeline(bootstrap, tmp_path) as idle, served(idle, tmp_path) as address:
        context = browser.new_context(viewport={"width": 1500, "height": 950})
        page = context.new_page()
        page.add_init_script(_WATCH_MESSAGES)
        page.goto(f"{address}/board")
        expect(page.locator("#link-text")).to_have_text("Live", timeout=TOLD)
        sent: list[int] = []
        writing = threading.Thread(target=lambda: sent.append(flood(idle, 500, 20)))
        writing.start()
        page.wait_for_timeout(5_000)
        before = _measured(page)
        page.wait_for_timeout(13_000)
        after = _measured(page)
        assert page.locator("#rows tbody tr").count() <= ROWS
        # Pausing works at once, and going on shows what is then.
        page.keyboard.press("p")
        expect(page.locator("#link-text")).to_have_text("Paused")
        page.keyboard.press("p")
        writing.join()
        settled = page.locator("#approved, #review, #rejected")
        page.wait_for_function(
            "([ids, sent]) => ids.reduce((sum, id) => sum + Number("
            "document.getElementById(id).textContent.replace(/[^0-9]/g, '')), 0) === sent",
            arg=[["approved", "review", "rejected"], sent[0]],
            timeout=TOLD,
        )
        assert settled.count() == 3
        # Frames, nodes and memory do not follow the rate.
        frames = (after["frames"] - before["frames"]) / (after["seconds"] - before["seconds"])
        print(f"{frames:.1f} frames a second; {before} then {after}")
        assert frames <= 4.5
        assert after["nodes"] < before["nodes"] * 1.5 + 500
        assert after["heap"] < before["heap"] * 2 + 10_000_000
        context.close()


def _measured(page: Page) -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    tasks = page.evaluate("window.long_tasks")
    return {
        "seconds": page.evaluate("performance.now() / 1000"),
        "frames": page.evaluate("window.frames_told"),
        "nodes": found["Nodes"],
        "heap": found["JSHeapUsedSize"],
        "script_seconds": found["ScriptDuration"],
        "task_seconds": found["TaskDuration"],
        "long_tasks": len(tasks),
        "longest_ms": max(tasks, default=0),
    }


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
