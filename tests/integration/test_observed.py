"""Prometheus looks at a pipeline: every query finds data, and what breaks is told until it is well.

Rules look back on a sixtieth of the time that they do otherwise, and hold for a sixtieth: a minute
is a second. Thresholds are as they are. With MANIFOLD_PREVIEWS, a folder, the dashboards are drawn
there (`make previews`).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, count, repeat
from pathlib import Path

import pytest

from dashboards.grafana.boards import BOARDS
from dashboards.panel_drawing import Series
from dashboards.preview import draw
from tests.integration.observed import Observed, observed
from tests.integration.prometheus_server import hastened
from tests.unit.promql import selectors

pytestmark = [pytest.mark.timeout(900), pytest.mark.alone]

EMPTY = {
    "kind:manifold_reviews_open:growth1d": "a day ago, and 24 minutes ago, nobody has looked",
}
"""What queries ask for that has not happened, and why."""

SLOW = {"manifold_extraction_over_budget_total"}
"""What has happened on a slow machine alone."""

FIRED = {
    "ManifoldBreakerOpen",
    "ManifoldCertificateExpires",
    "ManifoldCertificateExpiresNow",
    "ManifoldDeadLetters",
    "ManifoldDeadlines",
    "ManifoldDeliveriesGivenUp",
    "ManifoldErrorBudgetBurnsFast",
    "ManifoldErrorBudgetBurnsSlowly",
    "ManifoldErrorRate",
    "ManifoldFlowGone",
    "ManifoldFrontDoorFails",
    "ManifoldFrontDoorGone",
    "ManifoldFrontDoorSlow",
    "ManifoldGroupRewound",
    "ManifoldGroupStopped",
    "ManifoldLagGrowing",
    "ManifoldLagStalled",
    "ManifoldModelBudget",
    "ManifoldProbeWrong",
    "ManifoldQueueLong",
    "ManifoldRetriesGivenUp",
    "ManifoldTelemetryAbsent",
}
"""What has been seen to fire for real, here; the others are in `test_troubled`."""

MAY_FIRE = {
    "ManifoldBrokersUnreachable": "a start waits longer than two seconds for its first broker",
    "ManifoldFlowNotReady": "a start takes longer than five seconds",
}


@pytest.fixture(scope="module")
def seen(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """A pipeline in which much has gone wrong, and is well again."""
    with ExitStack() as stack:
        scene = stack.enter_context(observed(bootstrap, tmp_path_factory.mktemp("observed")))
        errors(scene)
        documents_stay_away(scene)
        services_are_away(scene)
        a_recipient_is_refused(scene)
        a_branch_and_the_door_are_killed(scene)
        uploads_are_late(scene)
        groups_get_nowhere(scene)
        yield scene


def everyday(scene: Observed) -> None:
    scene.documents(3)
    scene.again(5)
    scene.approved(3)


def errors(scene: Observed) -> None:
    for _ in range(2):
        everyday(scene)
        scene.garbled(30)
        scene.until_seen("ManifoldErrorRate", flow="validation")
    scene.until_fires("ManifoldDeadLetters", flow="validation")
    scene.walked("ManifoldErrorRate", flow="validation")
    scene.until_clear("ManifoldErrorRate")
    scene.until_clear("ManifoldDeadLetters")


def documents_stay_away(scene: Observed) -> None:
    """Meanwhile the broker is slow to answer the front door."""
    with scene.door.slow():
        scene.lost(3)
        scene.until_fires("ManifoldRetriesGivenUp", reason="document_missing")
        scene.let_go()
        scene.until_clear("ManifoldRetriesGivenUp")
        scene.until_fires("ManifoldFrontDoorSlow")


def services_are_away(scene: Observed) -> None:
    """One that is asked, one that is delivered to, and the front door's broker."""
    everyday(scene)
    scene.rates.mode = "status 500"
    scene.erp.answers = lambda _: (503, {}, b"")
    with scene.door.broker_away():
        scene.until_fires("ManifoldBreakerOpen", flow="pricing")
        scene.until_fires("ManifoldBreakerOpen", flow="deliver", service="ERP webhook")
        scene.until_fires("ManifoldFrontDoorFails")
    scene.rates.mode = "well"
    scene.erp.answers = lambda _: (204, {}, b"")
    scene.until_clear("ManifoldFrontDoorSlow")
    scene.until_clear("ManifoldFrontDoorFails")
    scene.until_clear("ManifoldBreakerOpen")


def a_recipient_is_refused(scene: Observed) -> None:
    scene.mail.refuse["ap@example.org"] = "550 no such mailbox"
    scene.until_fires("ManifoldDeliveriesGivenUp", flow="notify", reason="delivery_refused")
    scene.mail.refuse.clear()


def a_branch_and_the_door_are_killed(scene: Observed) -> None:
    scene.pipeline.kill(scene.processes["fraud"])
    group = scene.pipeline.namespace + "fraud"
    with scene.door.gone():
        scene.until_fires("ManifoldGroupStopped", group=group)
        everyday(scene)
        scene.until_fires("ManifoldFlowGone", flow="fraud")
        scene.until_fires("ManifoldFrontDoorGone")
        scene.until_fires("ManifoldTelemetryAbsent", job="manifold")
        scene.until_fires("ManifoldTelemetryAbsent", job="manifold-web")
    scene.until_fires("ManifoldDeadlines")
    scene.until_fires("ManifoldProbeWrong")
    scene.until_fires("ManifoldLagGrowing", group=group)
    assert not scene.prometheus.firing("ManifoldGroupStopped", group=group[:-5] + "pricing")
    scene.processes["fraud"] = scene.start("fraud")
    scene.until_clear("ManifoldGroupStopped")
    scene.until_clear("ManifoldFlowGone")
    scene.until_clear("ManifoldFrontDoorGone")
    scene.until_clear("ManifoldDeliveriesGivenUp")
    scene.until_clear("ManifoldTelemetryAbsent")
    scene.until_clear("ManifoldDeadlines")
    scene.until_clear("ManifoldLagGrowing")


def uploads_are_late(scene: Observed) -> None:
    # More than two thirds of what is decided in a minute, which are 15 a second otherwise.
    scene.belated(4_000)
    scene.until_fires("ManifoldErrorBudgetBurnsFast")
    everyday(scene)
    scene.until_fires("ManifoldErrorBudgetBurnsSlowly")
    scene.until_clear("ManifoldErrorBudgetBurnsFast")


def groups_get_nowhere(scene: Observed) -> None:
    with scene.group("stalled", repeat(10)):
        scene.until_fires("ManifoldLagStalled", group=scene.pipeline.namespace + "stalled")
        scene.until_fires("ManifoldQueueLong", group=scene.pipeline.namespace + "stalled")
    everyday(scene)
    # Its latest ten commits are looked at, so it is seen to be back for ten seconds.
    with scene.group("back", gone_back()):
        scene.until_fires("ManifoldGroupRewound", group=scene.pipeline.namespace + "back")


def gone_back() -> Iterator[int]:
    """Offsets that are where they were for some looks, then begin anew; and so on.

    However long a look takes, one of the turns is long enough to be held for a twelfth of a minute.
    """
    return chain.from_iterable(
        chain(repeat(200, turn), range(1, 1 + 2 * turn)) for turn in count(8, 4)
    )


def test_every_panel_finds_data(seen: Observed) -> None:
    empty = {}
    for board in BOARDS:
        for row in board.rows:
            for panel in row.panels:
                for query in panel.queries:
                    if not has_data(seen, query.expr):
                        asked = {name for name, _ in selectors(query.expr)}
                        empty[f"{board.name}: {panel.title}: {query.expr}"] = asked
    assert not {what: asked for what, asked in empty.items() if not asked & (set(EMPTY) | SLOW)}


def test_what_is_said_to_be_empty_is_so(seen: Observed) -> None:
    assert [name for name in EMPTY if has_data(seen, name)] == []


def test_every_rule_is_asked_without_an_error_and_finds_its_metrics(seen: Observed) -> None:
    rules = seen.prometheus.rules()
    assert [rule for rule in rules if rule["health"] != "ok" or rule.get("lastError")] == []
    asked = {name for rule in rules for name, _ in selectors(rule["query"])}
    recorded = {rule["name"] for rule in rules if rule["type"] == "recording"}
    assert {name for name in asked | recorded if not has_data(seen, name)} <= set(EMPTY) | SLOW


def test_alerts_fire_for_what_was_done_and_for_nothing_else(seen: Observed) -> None:
    told = seen.prometheus.whole('ALERTS{alertstate="firing"}')
    fired = {each["metric"]["alertname"] for each in told}
    assert fired - set(MAY_FIRE) == FIRED


def test_alerts_say_what_is_wrong_and_where_to_read_on(seen: Observed) -> None:
    alerts = seen.prometheus.alerts()
    assert alerts
    for alert in alerts:
        told = alert["annotations"]
        assert "error expanding" not in " ".join(told.values())
        assert told["runbook_url"] == f"docs/runbooks/{alert['labels']['alertname']}.md"


def test_the_dashboards_can_be_drawn(seen: Observed, tmp_path: Path) -> None:
    def ask(query: str) -> list[Series]:
        return [
            Series(
                {
                    name: value.removeprefix(seen.pipeline.namespace)
                    for name, value in each["metric"].items()
                },
                [(at, float(value)) for at, value in each["values"]],
            )
            for each in seen.prometheus.whole(hastened(query))
        ]

    folder = Path(os.environ.get("MANIFOLD_PREVIEWS") or tmp_path)
    drawn = draw(folder, ask, "10m")  # ten seconds here
    assert {path.stem for path in drawn} == {board.name for board in BOARDS}


def has_data(seen: Observed, query: str) -> bool:
    """Whether there was any while Prometheus has looked."""
    filled = hastened(query).replace("$__rate_interval", "10s")
    for variable in ("$flow", "$group", "$branch"):
        filled = filled.replace(variable, ".*")
    return any(
        float(value) == float(value)
        for each in seen.prometheus.whole(filled)
        for _, value in each["values"]
    )
