"""The rules and alerts of `dashboards/`, asked by promtool and amtool."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml

from dashboards.grafana.boards import BOARDS
from tests.integration.alert_cases import CASES, Case, Labels

ROOT = Path(__file__).parents[2] / "dashboards"
RULES = sorted((ROOT / "prometheus" / "rules").glob("*.yml"))


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def rules() -> Iterable[Mapping[str, str]]:
    for path in RULES:
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            yield from group["rules"]


ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}


def sample(case: Case, labels: Labels) -> Mapping[str, object]:
    told = {
        "alertname": case.alert,
        "alertstate": "firing",
        **ALERTS[case.alert]["labels"],  # type: ignore[dict-item]  # YAML
        **labels,
    }
    inside = ", ".join(f"{name}={json.dumps(value)}" for name, value in told.items())
    return {"labels": f"ALERTS{{{inside}}}", "value": 1}


def written(case: Case) -> Mapping[str, object]:
    """A case as promtool takes it."""
    return {
        "rule_files": [str(path) for path in RULES],
        "evaluation_interval": case.interval,
        "tests": [
            {
                "interval": case.interval,
                "input_series": [
                    {"series": series, "values": values} for series, values in case.series.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": f'ALERTS{{alertname="{case.alert}", alertstate="firing"}}',
                        "eval_time": at,
                        "exp_samples": [sample(case, labels) for labels in firing],
                    }
                    for at, firing in case.fires.items()
                ],
            }
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_it_fires_for_what_it_is_for_and_for_nothing_else(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(written(case)), encoding="utf-8")
    run("promtool", "test", "rules", path)


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_each_alert_is_seen_to_fire_and_to_clear(alert: str) -> None:
    firing = [bool(found) for case in CASES if case.alert == alert for found in case.fires.values()]
    assert True in firing
    assert False in firing[firing.index(True) :]


def test_prometheus_takes_its_configuration() -> None:
    run("promtool", "check", "config", ROOT / "prometheus" / "prometheus.yml")


def test_every_query_of_a_panel_can_be_read(tmp_path: Path) -> None:
    queries = [
        query.expr
        for board in BOARDS
        for row in board.rows
        for panel in row.panels
        for query in panel.queries
    ]
    asked = [
        {"record": f"query_{number}", "expr": query.replace("$__rate_interval", "1m")}
        for number, query in enumerate(queries)
    ]
    path = tmp_path / "queries.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": asked}]}), encoding="utf-8")
    run("promtool", "check", "rules", path)


def test_alertmanager_takes_its_configuration() -> None:
    run("amtool", "check-config", ROOT / "alertmanager" / "alertmanager.yml")


@pytest.mark.parametrize(("severity", "receiver"), [("page", "pages"), ("ticket", "tickets")])
def test_alerts_go_where_their_severity_says(severity: str, receiver: str) -> None:
    configuration = ROOT / "alertmanager" / "alertmanager.yml"
    run(
        *("amtool", "config", "routes", "test", f"--config.file={configuration}"),
        *(f"--verify.receivers={receiver}", f"severity={severity}"),
    )
