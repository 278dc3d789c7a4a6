"""Alerts for what takes minutes: they fire for real, and clear when it is mended.

What the exporter of lag and the probe have not done for minutes is waited for while the rest goes
wrong. Thresholds are those of the rules; windows and `for` are a tenth.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from operators.review import InvoiceReviewRequested
from tests.integration.failing_flow import BAD, HANGS
from tests.integration.test_alerts import ALERTS
from tests.integration.test_observed import FIRED as FIRED_THERE
from tests.integration.troubled import REVIEWS, Troubled, troubled

pytestmark = pytest.mark.timeout(1_200)

FIRED = {
    "ManifoldBrokersUnreachable",
    "ManifoldFlowNotReady",
    "ManifoldLagUnknown",
    "ManifoldProbeSilent",
    "ManifoldProcessStandsStill",
    "ManifoldRestoreLoop",
    "ManifoldRetriesStopped",
    "ManifoldReviewOld",
    "ManifoldReviewsGrow",
    "ManifoldTransactionAborts",
}
"""What has been seen to fire for real, here."""


@pytest.fixture(scope="module")
def seen(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """A pipeline in which all of it has gone wrong, and is well again."""
    with ExitStack() as stack:
        scene = stack.enter_context(troubled(bootstrap, tmp_path_factory.mktemp("troubled")))
        with scene.brokers_away():
            people_are_asked(scene)
            records_fail(scene)
            with scene.later():
                a_thread_hangs(scene)
                a_process_is_killed_again_and_again(scene)
                a_flow_reaches_no_broker(scene)
                nobody_answers(scene)
            scene.until_clear("ManifoldReviewOld")
            scene.until_fires("ManifoldLagUnknown")
            scene.until_fires("ManifoldProbeSilent")
            scene.until_fires("ManifoldRetriesStopped")
        scene.until_clear("ManifoldLagUnknown")
        scene.until_clear("ManifoldProbeSilent")
        scene.until_clear("ManifoldRetriesStopped")
        yield scene


def people_are_asked(scene: Troubled) -> None:
    asked = scene.pipeline.more(InvoiceReviewRequested, REVIEWS)
    scene.ask_people()
    scene.until(asked, "people are asked")


def records_fail(scene: Troubled) -> None:
    scene.number(BAD, 3)
    scene.until_fires("ManifoldTransactionAborts", flow="validation")


def a_thread_hangs(scene: Troubled) -> None:
    scene.number(HANGS, 1)
    scene.until_fires("ManifoldProcessStandsStill", flow="validation")
    scene.mended()
    scene.until_clear("ManifoldProcessStandsStill", flow="validation")


def a_process_is_killed_again_and_again(scene: Troubled) -> None:
    process = scene.fraud
    while not scene.prometheus.firing("ManifoldRestoreLoop", flow="fraud"):
        process = scene.restart(process)
    scene.until_fires("ManifoldRestoreLoop", flow="fraud")
    scene.until_clear("ManifoldRestoreLoop")


def a_flow_reaches_no_broker(scene: Troubled) -> None:
    with scene.brokers_away(from_pricing=True):
        scene.until_fires("ManifoldBrokersUnreachable", flow="pricing")
        scene.until_fires("ManifoldFlowNotReady", flow="pricing")
    scene.until_clear("ManifoldBrokersUnreachable", flow="pricing")
    scene.until_clear("ManifoldFlowNotReady", flow="pricing")


def nobody_answers(scene: Troubled) -> None:
    scene.until_fires("ManifoldReviewsGrow", kind="DECISION")
    scene.until_fires("ManifoldReviewOld", kind="DECISION")


def test_alerts_fire_for_what_was_done(seen: Troubled) -> None:
    told = seen.prometheus.whole('ALERTS{alertstate="firing"}')
    assert {each["metric"]["alertname"] for each in told} >= FIRED


def test_what_clears_is_clear(seen: Troubled) -> None:
    firing = {alert["labels"]["alertname"] for alert in seen.prometheus.alerts()}
    assert firing & FIRED <= {"ManifoldReviewsGrow"}


def test_every_alert_has_been_seen_somewhere() -> None:
    assert set(ALERTS) == FIRED | FIRED_THERE
