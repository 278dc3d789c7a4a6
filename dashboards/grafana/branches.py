"""Which branch is slow, does not know, or does not answer?"""

from dashboards.grafana.overview import BREAKER
from dashboards.grafana.panel import (
    BAD,
    ODD,
    Board,
    Row,
    Variable,
    graph,
    quantiles,
    rate,
    stat,
    states,
)

_OF = '{branch=~"$branch"}'
_UNKNOWN = '{branch=~"$branch", status="UNKNOWN"}'

BRANCHES = Board(
    "branches",
    "Branches",
    "Validation, inventory, fraud and pricing: how fast they answer, what, and what is missing.",
    (
        Row(
            "Now",
            (
                stat(
                    "p95 upload to answer",
                    "95 of 100 answers of the slowest branch came at least this fast.",
                    "s",
                    f"max({quantiles('manifold_branch_latency_seconds', _OF, 'branch')[0][0]})",
                    steps=((15.0, ODD), (30.0, BAD)),
                ),
                stat(
                    "Answers a second",
                    "Answers that the branches have committed.",
                    "suffix:/s",
                    f"sum(rate(manifold_answers_total{_OF}[$__rate_interval]))",
                ),
                stat(
                    "UNKNOWN",
                    "Share of answers by a branch that could not do its work.",
                    "percentunit",
                    f"(sum(rate(manifold_answers_total{_UNKNOWN}[$__rate_interval])) or vector(0))"
                    f" / sum(rate(manifold_answers_total{_OF}[$__rate_interval]))",
                    steps=((0.01, ODD), (0.1, BAD)),
                ),
                stat(
                    "Judged again later",
                    "Requests answered UNKNOWN that are judged again when a part is back.",
                    "none",
                    f"sum(manifold_postponed_requests{_OF})",
                    steps=((1.0, ODD),),
                ),
                stat(
                    "Decided at the deadline",
                    "Share of first decisions, in 10 minutes, that fell with answers missing.",
                    "percentunit",
                    "manifold:deadlines_fired:ratio10m",
                    steps=((0.001, ODD), (0.01, BAD)),
                ),
                stat(
                    "Breakers open",
                    "Services that are not asked, since they do not answer.",
                    "none",
                    "count(max by (service) (manifold_breaker_state) == 2) or vector(0)",
                    steps=((1.0, BAD),),
                ),
            ),
        ),
        Row(
            "All branches",
            (
                graph(
                    "Upload to answer, p95",
                    "From the upload to the committed answer.",
                    "s",
                    *quantiles("manifold_branch_latency_seconds", _OF, "branch"),
                    steps=((30.0, BAD),),
                ),
                graph(
                    "Answers",
                    "Answers a second that are committed, by branch.",
                    "suffix:/s",
                    rate("manifold_answers_total", "branch", _OF),
                ),
                graph(
                    "UNKNOWN",
                    "Answers a second by a branch that could not do its work.",
                    "suffix:/s",
                    rate("manifold_answers_total", "branch", _UNKNOWN),
                ),
                graph(
                    "Judged again later",
                    "Requests answered UNKNOWN that are judged again when a part is back.",
                    "none",
                    (f"sum by (branch) (manifold_postponed_requests{_OF})", "{{branch}}"),
                ),
                graph(
                    "Missing at the deadline",
                    "Answers a second that had not come when the deadline fell.",
                    "suffix:/s",
                    rate("manifold_answers_missing_total", "branch", _OF),
                ),
                graph(
                    "After the deadline",
                    "Answers a second that came late: they revise the decision, are ignored when "
                    "the request was cancelled, or are dead letters when it is forgotten.",
                    "suffix:/s",
                    rate("manifold_late_results_total", "outcome"),
                ),
                states(
                    "Circuit breakers",
                    "Open: the service is not asked, and what needs it is UNKNOWN.",
                    ("max by (service) (manifold_breaker_state)", "{{service}}"),
                    BREAKER,
                ),
                graph(
                    "Breakers that opened",
                    "In 10 minutes, by service.",
                    "none",
                    (
                        "sum by (service) (increase(manifold_breaker_opened_total[10m]))",
                        "{{service}}",
                    ),
                ),
                graph(
                    "Time by step",
                    "Share of a thread's time in each step of a branch or of the join.",
                    "percentunit",
                    (
                        "sum by (flow, step) (rate(manifold_step_seconds_total"
                        '{flow=~"validation|inventory|fraud|pricing|decide|fused"}'
                        "[$__rate_interval]))",
                        "{{flow}}: {{step}}",
                    ),
                ),
            ),
        ),
        Row(
            "$branch",
            (
                graph(
                    "$branch: upload to answer",
                    "From the upload to the committed answer.",
                    "s",
                    *quantiles("manifold_branch_latency_seconds", _OF),
                    width=12,
                ),
                graph(
                    "$branch: answers",
                    "Answers a second by status.",
                    "suffix:/s",
                    rate("manifold_answers_total", "status", _OF),
                    stacked=True,
                    width=12,
                ),
            ),
            each="branch",
        ),
    ),
    (Variable("branch", "Branch", "manifold_answers_total"),),
)
