"""Grafana's files are what their descriptions say, and ask for metrics that there are."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard

from connectors.catalogue import CATALOGUE
from connectors.metric import Metric
from dashboards.grafana.boards import BOARDS, files
from dashboards.grafana.panel import WIDTH, Board, Panel
from tests.unit.promql import grouped_by, selectors

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
GRAFANA = DASHBOARDS / "grafana"
RULES = [
    rule
    for path in sorted((DASHBOARDS / "prometheus" / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
RECORDED = {rule["record"]: rule for rule in RULES if "record" in rule}
SUFFIXES = ("_bucket", "_count", "_sum")
SCRAPED = {"job", "instance"}
"""Labels that Prometheus sets."""
OF_ANY_PROCESS = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
}
METRICS: Mapping[str, Metric] = {
    name: metric
    for metric in CATALOGUE
    for name in (
        [metric.name + suffix for suffix in SUFFIXES]
        if metric.kind == "histogram"
        else [metric.name]
    )
}
NOT_SHOWN = {
    "manifold_flow_processes": "up to `manifold up`, where the processes of one host are seen",
    "manifold_last_commit_timestamp_seconds": "idle flows do not commit; lag says what is wrong",
    "manifold_records_written_total": "what is written is what the next flow reads",
}


def panels() -> Iterator[tuple[Board, Panel]]:
    for board in BOARDS:
        for row in board.rows:
            for panel in row.panels:
                yield board, panel


def queries() -> list[str]:
    return [query.expr for _, panel in panels() for query in panel.queries]


def labels_of(name: str) -> set[str]:
    """Labels that a metric has, or one that is recorded."""
    if name in RECORDED:
        level = name.partition(":")[0]
        return set() if level == "manifold" else set(level.split("_"))
    if name in OF_ANY_PROCESS:
        return SCRAPED
    le = {"le"} if name.endswith("_bucket") else set()
    return {*METRICS[name].labels, *le, *SCRAPED}


def test_the_files_are_what_the_descriptions_say() -> None:
    made = files(GRAFANA / "dashboards")
    assert set(made) == set((GRAFANA / "dashboards").iterdir())
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, "run `make dashboards`"


def test_addresses_stay_as_they_are() -> None:
    assert [board.uid for board in BOARDS] == [
        "manifold-overview",
        "manifold-lag",
        "manifold-branches",
        "manifold-extraction",
        "manifold-review",
        "manifold-dead-letters",
        "manifold-kafka-clients",
        "manifold-web",
    ]


@pytest.mark.parametrize("path", files(GRAFANA / "dashboards"), ids=lambda path: path.stem)
def test_grafana_s_own_types_take_the_files(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    read = Dashboard.from_json(told)
    assert read.uid == told["uid"]
    assert len(read.panels or ()) == len(told["panels"])


@pytest.mark.parametrize(
    "panel",
    [panel for _, panel in panels()],
    ids=[f"{board.name}:{panel.title}".replace(" ", "-") for board, panel in panels()],
)
def test_every_panel_says_what_it_shows(panel: Panel) -> None:
    assert panel.title
    assert panel.unit
    assert panel.description.endswith(".")
    assert panel.queries
    if panel.kind in ("graph", "states"):
        assert all(query.legend for query in panel.queries)
    for query in panel.queries:
        shown = set(re.findall(r"{{(\w+)}}", query.legend))
        known = grouped_by(query.expr) | {
            label for name, _ in selectors(query.expr) for label in labels_of(name)
        }
        assert shown <= known


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_panels_stand_beside_each_other_and_fill_the_width(board: Board) -> None:
    told: Any = json.loads(files(Path())[Path(f"{board.name}.json")])
    taken: set[tuple[int, int]] = set()
    for panel in told["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        taken |= cells
    bottom = max(y for _, y in taken) + 1
    assert taken == {(x, y) for x in range(WIDTH) for y in range(bottom)}
    titles = [(panel["type"], panel["title"]) for panel in told["panels"]]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_every_panel_asks_the_data_source_that_is_picked(board: Board) -> None:
    told: Any = json.loads(files(Path())[Path(f"{board.name}.json")])
    assert told["templating"]["list"][0]["type"] == "datasource"
    asked = [panel["datasource"]["uid"] for panel in told["panels"] if panel["type"] != "row"]
    assert set(asked) == {"${datasource}"}


@pytest.mark.parametrize("query", [*queries(), *(rule["expr"] for rule in RULES)])
def test_every_query_asks_for_what_there_is(query: str) -> None:
    names = list(selectors(query))
    assert names or "up{" in query or "ALERTS{" in query
    for name, labels in names:
        assert name in METRICS or name in RECORDED or name in OF_ANY_PROCESS
        assert set(labels) <= labels_of(name), name
    known = {label for name, _ in names for label in labels_of(name)}
    assert grouped_by(query) <= known


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_variables_are_used_and_their_labels_are_there(board: Board) -> None:
    asked = " ".join(
        query.expr for row in board.rows for panel in row.panels for query in panel.queries
    )
    assert set(re.findall(r"\$([a-z]\w+)", asked)) == {each.name for each in board.variables}
    assert {row.each for row in board.rows} - {None} <= {each.name for each in board.variables}
    for variable in board.variables:
        assert variable.name in labels_of(variable.metric)


def test_every_metric_is_seen_somewhere() -> None:
    asked = {
        name
        for query in [*queries(), *(rule["expr"] for rule in RULES)]
        for name, _ in selectors(query)
    }
    seen = {METRICS[name].name for name in asked if name in METRICS}
    assert {metric.name for metric in CATALOGUE} - seen == set(NOT_SHOWN)


def test_what_is_recorded_is_used() -> None:
    asked = {name for query in queries() for name, _ in selectors(query)}
    asked |= {name for rule in RULES for name, _ in selectors(rule["expr"])}
    assert set(RECORDED) <= asked


@pytest.mark.parametrize("name", RECORDED)
def test_what_is_recorded_is_named_by_its_labels(name: str) -> None:
    by = labels_of(name)
    grouped = grouped_by(RECORDED[name]["expr"])
    inside = {label for each, _ in selectors(RECORDED[name]["expr"]) for label in labels_of(each)}
    assert by == grouped or (not grouped and by <= inside)


def test_grafana_finds_the_dashboards_and_prometheus() -> None:
    [source] = _provisioned("datasources/prometheus.yml")["datasources"]
    assert (source["type"], source["isDefault"]) == ("prometheus", True)
    [provider] = _provisioned("dashboards/manifold.yml")["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"


def _provisioned(name: str) -> Any:
    return yaml.safe_load((GRAFANA / "provisioning" / name).read_text(encoding="utf-8"))
