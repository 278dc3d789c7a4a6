"""Is the objective held, and if not, which part is it?"""

from dashboards.grafana.panel import (
    BAD,
    GOOD,
    ODD,
    Board,
    Row,
    graph,
    quantiles,
    rate,
    stat,
    states,
    table,
)

PROCESS_OF_FLOW = (
    "on (instance, job) group_left (flow) max by (instance, job, flow) (manifold_build_info)"
)
"""Names the flow of what a process says of itself as any Python process does."""

CHECKS = {0: ("failed", BAD), 1: ("passed", GOOD)}
BREAKER = {0: ("closed", GOOD), 1: ("half open", ODD), 2: ("open", BAD)}
LATE = ((15.0, ODD), (30.0, BAD))

OVERVIEW = Board(
    "overview",
    "Overview",
    "Whether decisions come in time, how many there are, and where to look when they do not.",
    (
        Row(
            "Now",
            (
                stat(
                    "p95 upload to decision",
                    "95 of 100 first decisions came at least this fast. The objective is 30 s.",
                    "s",
                    quantiles("manifold_decision_latency_seconds")[1][0],
                    steps=LATE,
                ),
                stat(
                    "Error budget left, 30 days",
                    "5 of 100 decisions may take longer than 30 s; how much of that is left.",
                    "percentunit",
                    "manifold:error_budget_left:ratio30d",
                    steps=((0.0, ODD), (0.25, GOOD)),
                ),
                stat(
                    "Decisions a second",
                    "First decisions of requests; later revisions are not counted.",
                    "suffix:/s",
                    "sum(rate(manifold_decision_latency_seconds_count[$__rate_interval]))",
                ),
                stat(
                    "Furthest behind",
                    "Age of the oldest record that a group has not committed yet.",
                    "s",
                    "max(group:manifold_lag_seconds:max)",
                    steps=LATE,
                ),
                stat(
                    "Processes ready",
                    "Share of the processes that are joined, restored and not far behind.",
                    "percentunit",
                    'avg(manifold_health{check="ready"})',
                    steps=((0.5, ODD), (1.0, GOOD)),
                ),
                stat(
                    "Alerts firing",
                    "How many of Manifold's alerts fire; what each means is in docs/runbooks.",
                    "none",
                    'count(ALERTS{alertstate="firing", alertname=~"Manifold.*"}) or vector(0)',
                    steps=((1.0, ODD),),
                ),
            ),
        ),
        Row(
            "Objective: 95 of 100 decisions within 30 s of their upload",
            (
                graph(
                    "Upload to decision",
                    "From the upload to the first committed decision.",
                    "s",
                    *quantiles("manifold_decision_latency_seconds"),
                    steps=((30.0, BAD),),
                ),
                graph(
                    "Burn rate",
                    "How many times faster than allowed the error budget is spent: 1 spends it in "
                    "30 days, 14.4 in two. An alert needs a long and a short window together.",
                    "none",
                    ("manifold:slow_decisions:ratio5m / 0.05", "5 minutes"),
                    ("manifold:slow_decisions:ratio1h / 0.05", "1 hour"),
                    ("manifold:slow_decisions:ratio6h / 0.05", "6 hours"),
                    steps=((1.0, ODD), (14.4, BAD)),
                ),
                graph(
                    "Error budget left",
                    "Of the last 30 days; below zero the objective is missed.",
                    "percentunit",
                    ("manifold:error_budget_left:ratio30d", "left"),
                    steps=((0.0, BAD), (0.25, GOOD)),
                    signed=True,
                ),
            ),
        ),
        Row(
            "Decisions",
            (
                graph(
                    "By status",
                    "Decisions a second, later revisions among them.",
                    "suffix:/s",
                    rate("manifold_decisions_total", "status"),
                    stacked=True,
                ),
                graph(
                    "By what they rest on",
                    "All answers, an UNKNOWN among them, a deadline, a person, a later attempt, or "
                    "an expired review.",
                    "suffix:/s",
                    rate("manifold_decisions_total", "reason"),
                    stacked=True,
                ),
                graph(
                    "Open requests",
                    "Requests that wait for answers of branches.",
                    "none",
                    ("sum by (flow) (manifold_open_requests)", "{{flow}}"),
                ),
            ),
        ),
        Row(
            "Flows",
            (
                graph(
                    "Records read",
                    "Records a second that each flow has read and committed.",
                    "suffix:/s",
                    rate("manifold_records_received_total", "flow"),
                ),
                graph(
                    "Behind",
                    "Age of the oldest record that a group has not committed yet.",
                    "s",
                    ("group:manifold_lag_seconds:max", "{{group}}"),
                    steps=((30.0, BAD),),
                ),
                states(
                    "Ready",
                    "Whether any process of a flow is joined, restored and not far behind.",
                    ('max by (flow) (manifold_health{check="ready"})', "{{flow}}"),
                    CHECKS,
                ),
                graph(
                    "CPU",
                    "Cores that the processes of a flow use.",
                    "none",
                    (
                        "sum by (flow) (rate(process_cpu_seconds_total[$__rate_interval]) * "
                        f"{PROCESS_OF_FLOW})",
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Memory",
                    "Resident memory of the processes of a flow.",
                    "bytes",
                    (
                        f"sum by (flow) (process_resident_memory_bytes * {PROCESS_OF_FLOW})",
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Share of time in steps",
                    "Of a process's one thread; near 1 it cannot go faster: start another one.",
                    "percentunit",
                    (
                        "max by (flow) (sum by (flow, instance) "
                        "(rate(manifold_step_seconds_total[$__rate_interval])))",
                        "{{flow}}",
                    ),
                    steps=((0.9, BAD),),
                ),
            ),
        ),
        Row(
            "What goes wrong",
            (
                graph(
                    "Records with errors",
                    "Share of the records of the last 10 minutes that became dead letters or made "
                    "a step fail.",
                    "percentunit",
                    ("flow:manifold_errors:ratio10m", "{{flow}}"),
                    steps=((0.01, ODD), (0.05, BAD)),
                ),
                graph(
                    "Epochs given up",
                    "A second, by reason; they are read again.",
                    "suffix:/s",
                    (
                        "sum by (flow, reason) "
                        "(rate(manifold_transactions_aborted_total[$__rate_interval]))",
                        "{{flow}}: {{reason}}",
                    ),
                ),
                states(
                    "Circuit breakers",
                    "Open: the service is not asked, and what needs it is UNKNOWN.",
                    ("max by (service) (manifold_breaker_state)", "{{service}}"),
                    BREAKER,
                ),
            ),
        ),
        Row(
            "Synthetic invoices, where `manifold probe` runs",
            (
                graph(
                    "Their way and back",
                    "From sending a synthetic invoice to reading its decision.",
                    "s",
                    *quantiles("manifold_probe_latency_seconds"),
                    steps=((30.0, BAD),),
                    width=12,
                ),
                graph(
                    "Outcomes",
                    "Synthetic invoices in 10 minutes: decided as they should be, otherwise, not "
                    "in time, or not sent.",
                    "none",
                    ("sum by (outcome) (increase(manifold_probes_total[10m]))", "{{outcome}}"),
                    stacked=True,
                    width=12,
                ),
            ),
        ),
        Row(
            "What runs",
            (
                table(
                    "Processes",
                    "Each process that is scraped, and of which version it is.",
                    "none",
                    "manifold_build_info",
                    ("flow", "instance", "version", "python", "librdkafka", "codec"),
                    width=16,
                ),
                graph(
                    "Processes that ended unasked",
                    "In 10 minutes, as `manifold up` has counted; it starts them again.",
                    "none",
                    ("sum by (flow) (increase(manifold_flow_restarts_total[10m]))", "{{flow}}"),
                ),
            ),
        ),
    ),
)
