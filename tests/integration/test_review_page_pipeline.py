"""A review on the page, with the real flows behind it: asked, answered, decided, told."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from connectors.policy_topic import PolicyTopic
from connectors.settings import Documents
from flows import COLLECT, EXTRACT, FUSED
from operators.candidate import IN_FORCE
from operators.decision import InvoiceDecision
from operators.policy_change import put_in_force
from tests.integration.desk import chromium, person, serving
from tests.integration.inbox import Inbox, doubtful
from tests.integration.pipeline import Pipeline, generated
from tests.integration.test_reviews import POLICY

UNDO = timedelta(seconds=1)


@pytest.mark.timeout(600)
def test_two_people_approve_an_invoice_and_one_reads_a_document(
    bootstrap: str, tmp_path: Path
) -> None:
    inbox = Inbox(tmp_path)
    world, samples = generated(3, fault_rate=0)
    upload = samples[0].upload
    assert upload.invoice is not None
    number = str(upload.invoice.number)
    with Pipeline(bootstrap, tmp_path, MANIFOLD_DOCUMENTS__URL=inbox.settings.url) as pipeline:
        pipeline.publish_reference(world)
        policies = PolicyTopic(pipeline.kafka, pipeline.contracts, pipeline.codec)
        policies.claim()
        policies.change(put_in_force({}, replace(POLICY, policy_id=IN_FORCE)))
        pipeline.running(FUSED, EXTRACT, COLLECT)
        pipeline.publish(upload, inbox.upload("doc-1", doubtful(1)))

        def decided(request_id: str, status: str) -> bool:
            return any(
                (each.request_id, each.status) == (request_id, status)
                for each in pipeline.seen.all(InvoiceDecision)
            )

        settings = pipeline.settings.model_copy(
            update={
                "documents": Documents(url=inbox.settings.url, workers=1),
                "web": pipeline.settings.web.model_copy(update={"review_undo": UNDO}),
            }
        )
        with serving(settings) as address, chromium() as browser:
            anna = person(browser, address)
            ben = person(browser, address, "ben.costa")

            def is_open(request_id: str) -> bool:
                found = anna.request.get("/review", headers={"Accept": "application/json"})
                return request_id in [each["request_id"] for each in found.json()["reviews"]]

            for request_id in (upload.request_id, "doc-1"):
                pipeline.until(partial(is_open, request_id), f"{request_id} is in the queue")

            anna.goto(f"/review/{upload.request_id}")
            # The invoice that the branches have judged is read from where it stands.
            expect(anna.locator("[name=number]")).to_have_value(number)
            _give_as_reason(anna, "Ordered by telephone.")
            anna.keyboard.press("Control+Enter")
            anna.wait_for_selector("#told [data-state=decided]", timeout=120_000)
            expect(anna.locator("#told")).to_contain_text("another person has to approve it")

            ben.goto(f"/review/{upload.request_id}")
            expect(ben.get_by_text("Ordered by telephone.")).to_be_visible()
            _give_as_reason(ben, "Agreed with the buyer.")
            ben.keyboard.press("Control+Enter")
            ben.wait_for_selector("#told [data-state=decided]", timeout=120_000)
            expect(ben.locator("#told")).to_contain_text("APPROVED, revision 3 of attempt 1")
            pipeline.until(lambda: decided(upload.request_id, "APPROVED"), "it is approved")

            anna.goto("/review/doc-1")
            anna.locator("[name=number]").fill("QX/47")
            anna.keyboard.press("Control+Enter")
            pipeline.until(lambda: decided("doc-1", "REPLACED"), "the document is read by a person")
            pipeline.until(
                lambda: any(
                    each.request_id == "doc-1" and each.attempt == 2
                    for each in pipeline.seen.all(InvoiceDecision)
                ),
                "what was read is judged",
            )


def _give_as_reason(page: Page, text: str) -> None:
    """By keyboard: past every doubtful value, to where one says why."""
    page.wait_for_function("document.activeElement !== document.body")
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == "reason":
            break
        page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    expect(page.locator("#reason")).to_have_value(text)
