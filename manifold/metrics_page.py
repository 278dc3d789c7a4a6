"""The page docs/metrics.md, made from the catalogue of metrics."""

from collections.abc import Iterator, Mapping

from connectors.catalogue import SECTIONS
from connectors.metric import Metric, Server

_SERVERS: Mapping[Server, str] = {
    "flow": "every flow",
    "branches": "the branches, `fused`",
    "join": "`decide`, `fused`",
    "extract": "`extract`",
    "up": "`manifold up`",
    "lag": "`manifold lag`",
    "probe": "`manifold probe`",
    "web": "`manifold serve`",
}

_HEAD = """\
# Metrics

Written by `make docs` from `connectors/catalogue.py`. How they are served, and what else a process
tells of itself: [telemetry](telemetry.md).

Names follow the [conventions of Prometheus](https://prometheus.io/docs/practices/naming/): base
units, `_total` for what only grows. No label holds a vendor, a request or a document. Beside these,
every process has `process_*` and `python_*` of the Prometheus client, such as
`process_cpu_seconds_total` and `process_resident_memory_bytes`.\
"""


def metrics_page() -> str:
    """Every metric in its section, and the buckets of the histograms."""
    return "\n\n".join([_HEAD, *_sections(), _buckets()]) + "\n"


def _sections() -> Iterator[str]:
    for title, metrics in SECTIONS.items():
        lines = [f"## {title}", "", "| metric | type | labels | told by |", "|---|---|---|---|"]
        lines += [line for metric in metrics for line in _rows(metric)]
        yield "\n".join(lines)


def _rows(metric: Metric) -> Iterator[str]:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"
    told = _SERVERS[metric.server]
    yield f"| `{metric.name}`<br>{metric.meaning} | {metric.kind} | {labels} | {told} |"


def _buckets() -> str:
    by_bounds: dict[tuple[float, ...], list[str]] = {}
    for metrics in SECTIONS.values():
        for metric in metrics:
            if metric.buckets:
                by_bounds.setdefault(metric.buckets, []).append(f"`{metric.name}`")
    lines = ["## Buckets", "", "| upper bounds | of |", "|---|---|"]
    for bounds, names in by_bounds.items():
        lines.append(f"| {', '.join(f'{bound:g}' for bound in bounds)} | {'<br>'.join(names)} |")
    return "\n".join(lines)
