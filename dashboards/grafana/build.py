"""Dashboards as Grafana reads them, by Grafana's own library of its JSON."""

from collections.abc import Sequence
from typing import TypeAlias

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.grafana.panel import PLAIN, Board, Panel, Row, Steps, Variable

_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")

Built: TypeAlias = stat.Panel | timeseries.Panel | statetimeline.Panel | table.Panel


def to_json(board: Board) -> str:
    """The file of a dashboard."""
    made = (
        dashboard.Dashboard(f"Manifold: {board.title}")
        .uid(board.uid)
        .description(board.description)
        .tags(["manifold"])
        .timezone("browser")
        .time(board.since, "now")
        .refresh("30s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .editable()
        .link(
            dashboard.DashboardLink("Manifold")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["manifold"])
            .as_dropdown(False)
            .keep_time(True)
        )
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")
        )
    )
    for variable in board.variables:
        made = made.with_variable(_variable(variable))
    for row in board.rows:
        made = made.with_row(_row(row))
        for panel in row.panels:
            made = made.with_panel(_panel(panel))
    built = made.build()
    for number, each in enumerate(built.panels or (), start=1):
        each.id_val = number
    return JSONEncoder(sort_keys=True, indent=2).encode(built) + "\n"


def _variable(variable: Variable) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(variable.name)
        .label(variable.label)
        .datasource(_SOURCE)
        .query(f"label_values({variable.metric}, {variable.name})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def _row(row: Row) -> dashboard.Row:
    made = dashboard.Row(row.title)
    return made if row.each is None else made.repeat(row.each)


def _panel(panel: Panel) -> Built:
    match panel.kind:
        case "stat":
            return _placed(_stat(panel), panel)
        case "graph":
            return _placed(_graph(panel), panel)
        case "states":
            return _placed(_states(panel), panel)
        case "table":
            return _placed(_table(panel), panel)


def _placed(made: Built, panel: Panel) -> Built:
    made = (
        made.title(panel.title)
        .description(panel.description)
        .unit(panel.unit)
        .datasource(_SOURCE)
        .span(panel.width)
        .height(panel.height)
        .thresholds(_thresholds(panel.steps))
    )
    for index, query in enumerate(panel.queries):
        asked = prometheus.Dataquery().expr(query.expr).ref_id(chr(ord("A") + index))
        if query.legend:
            asked = asked.legend_format(query.legend)
        if panel.kind == "table":
            asked = asked.instant().format(PromQueryFormat.TABLE)
        made = made.with_target(asked)
    return made


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    first = Threshold(value=None, color=PLAIN if not steps else _below(steps))
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([first, *(Threshold(value=value, color=color) for value, color in steps)])
    )


def _below(steps: Steps) -> str:
    """Colour below the first step: good where steps lead to bad, bad where they lead to good."""
    return "red" if steps[-1][1] == "green" else "green"


def _stat(panel: Panel) -> stat.Panel:
    return (
        stat.Panel()
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .no_value("–")
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _graph(panel: Panel) -> timeseries.Panel:
    style = GraphThresholdsStyleMode.DASHED if panel.steps else GraphThresholdsStyleMode.OFF
    made = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(40 if panel.stacked else 8)
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    if not panel.signed:
        made = made.min(0)
    if panel.stacked:
        made = made.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    return made


def _states(panel: Panel) -> statetimeline.Panel:
    options = {
        str(value): ValueMappingResult(text=text, color=color, index=index)
        for index, (value, (text, color)) in enumerate(panel.texts.items())
    }
    return (
        statetimeline.Panel()
        .merge_values(True)
        .row_height(0.9)
        .fill_opacity(80)
        .mappings([ValueMap(options=options)])
    )


def _table(panel: Panel) -> table.Panel:
    order = {name: index for index, name in enumerate((*panel.columns, "Value"))}
    return table.Panel().transformations(_only(panel.columns, order))


def _only(columns: Sequence[str], order: dict[str, int]) -> list[DataTransformerConfig]:
    """Keep these labels and the value, in this order."""
    shown = {"include": {"names": [*columns, "Value"]}}
    return [
        DataTransformerConfig(id_val="filterFieldsByName", options=shown),
        DataTransformerConfig(id_val="organize", options={"indexByName": order}),
    ]
