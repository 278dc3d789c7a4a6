"""Prometheus looks at a pipeline: every query finds data, and what breaks is told, until it is well.

Rules look back on a sixtieth of the time that they do otherwise, and hold for a sixtieth: a minute is
a second. Thresholds are as they are.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, count, repeat
from pathlib import Path

import pytest

from dashboards.grafana.boards import BOARDS
from dashboards.preview import draw
from manifold.exits import Exit
from tests.integration.observed import Observed, observed
from tests.integration.prometheus_server import hastened
from tests.unit.promql import selectors

pytestmark = pytest.mark.timeout(900)

EMPTY = {
    "kind:manifold_reviews_open:growth1d": "nobody has looked a day ago, or 24 minutes",
    "manifold_certificate_expiry": "",
}
NOT_THERE: dict[str, str] = {}


@pytest.fixture(scope="module")
def seen(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A pipeline in which much has gone wrong, and all is well again."""
    with observed(bootstrap, tmp_path_factory.mktemp("observed")) as scene:
        everyday(scene)
        a_service_is_away(scene)
        a_branch_is_killed(scene)
        uploads_are_late(scene)
        groups_that_get_nowhere(scene)
        yield scene


def everyday(scene: Observed) -> None:
    for _ in range(3):
        scene.documents(3)
        scene.again(5)
        scene.approved(3)
        scene.garbled(30)
        scene.until_fires("ManifoldErrorRate", flow="validation")
    scene.until_fires("ManifoldDeadLetters", flow="fraud")
    scene.until_clear("ManifoldErrorRate")
    scene.until_clear("ManifoldDeadLetters")


def a_service_is_away(scene: Observed) -> None:
    scene.rates.mode = "status 500"
    scene.until_fires("ManifoldBreakerOpen", flow="pricing")
    scene.rates.mode = "well"
    scene.until_clear("ManifoldBreakerOpen")


def a_branch_is_killed(scene: Observed) -> None:
    scene.pipeline.kill(scene.processes["fraud"])
    group = scene.pipeline.namespace + "fraud"
    scene.until_fires("ManifoldGroupStopped", group=group)
    scene.until_fires("ManifoldFlowGone", flow="fraud")
    scene.until_fires("ManifoldTelemetryAbsent", job="manifold")
    scene.until_fires("ManifoldDeadlines")
    scene.until_fires("ManifoldLagGrowing", group=group)
    scene.processes["fraud"] = scene.start("fraud")
    for alert in (
        "ManifoldGroupStopped",
        "ManifoldFlowGone",
        "ManifoldTelemetryAbsent",
        "ManifoldDeadlines",
        "ManifoldLagGrowing",
    ):
        scene.until_clear(alert)
