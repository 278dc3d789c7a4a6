"""What could not be worked on, of which topic, and why?"""

from dashboards.grafana.panel import (
    BAD,
    ODD,
    Board,
    Panel,
    Row,
    Variable,
    graph,
    rate,
    stat,
    table,
)

_OF = '{flow=~"$flow"}'
_NEW = f"flow_topic_reason:manifold_dead_letters:increase10m{_OF}"


def _new(title: str, description: str, label: str) -> Panel:
    """New dead letters by a label."""
    shown = (f"sum by ({label}) ({_NEW})", f"{{{{{label}}}}}")
    return graph(title, description, "none", shown, stacked=True)


DEAD_LETTERS = Board(
    "dead-letters",
    "Dead letters",
    "Records that could not be worked on. `manifold dlq` lists them and sends them back.",
    (
        Row(
            "Now",
            (
                stat(
                    "New dead letters",
                    "In the last 10 minutes.",
                    "none",
                    f"sum({_NEW}) or vector(0)",
                    steps=((1.0, ODD), (100.0, BAD)),
                    width=6,
                ),
                stat(
                    "Share of records",
                    "Of the records of the last 10 minutes, in the flow where it is largest: dead "
                    "letters and records that made a step fail.",
                    "percentunit",
                    f"max(flow:manifold_errors:ratio10m{_OF})",
                    steps=((0.01, ODD), (0.05, BAD)),
                    width=6,
                ),
                stat(
                    "Failed records",
                    "Times in 10 minutes that a record made a step fail; the third makes it a "
                    "dead letter.",
                    "none",
                    f"sum(increase(manifold_records_failed_total{_OF}[10m]))",
                    steps=((1.0, ODD), (10.0, BAD)),
                    width=6,
                ),
                stat(
                    "Duplicates ignored",
                    "Records a second that say what was known already; they are no errors.",
                    "suffix:/s",
                    f"sum(rate(manifold_duplicates_ignored_total{_OF}[$__rate_interval]))",
                    width=6,
                ),
            ),
        ),
        Row(
            "Dead letters in 10 minutes",
            (
                _new("By reason", "What was wrong with them.", "reason"),
                _new(
                    "By topic",
                    "Where they came from; they are in the topic of the same name with .dlq.",
                    "topic",
                ),
                _new("By flow", "Who could not use them.", "flow"),
            ),
        ),
        Row(
            "Beside them",
            (
                graph(
                    "Share of records with errors",
                    "Dead letters and records that made a step fail, of those read in 10 minutes.",
                    "percentunit",
                    (f"flow:manifold_errors:ratio10m{_OF}", "{{flow}}"),
                    steps=((0.01, ODD), (0.05, BAD)),
                ),
                graph(
                    "Records that make a step fail",
                    "A second; the epoch is given up and read again.",
                    "suffix:/s",
                    rate("manifold_records_failed_total", "flow", _OF),
                ),
                graph(
                    "Duplicates ignored",
                    "Records a second that say what was known already, by topic.",
                    "suffix:/s",
                    rate("manifold_duplicates_ignored_total", "topic", _OF),
                ),
            ),
        ),
        Row(
            "Tried again, where `manifold dlq retry` runs",
            (
                graph(
                    "Waiting for another attempt",
                    "Dead letters whose reason may mend itself.",
                    "none",
                    ("max by (reason) (manifold_retries_waiting)", "{{reason}}"),
                    stacked=True,
                    width=6,
                ),
                graph(
                    "Sent back",
                    "In 10 minutes, by themselves.",
                    "none",
                    ("sum by (reason) (increase(manifold_retries_total[10m]))", "{{reason}}"),
                    stacked=True,
                    width=6,
                ),
                graph(
                    "Given up",
                    "Tried again in vain: they wait for a person.",
                    "none",
                    ("max by (reason) (manifold_retries_given_up)", "{{reason}}"),
                    steps=((1.0, ODD),),
                    stacked=True,
                    width=6,
                ),
                graph(
                    "Looks that failed",
                    "In 10 minutes: dead letters could not be looked at or sent back.",
                    "none",
                    ("sum(increase(manifold_retries_errors_total[10m]))", "failed"),
                    width=6,
                ),
            ),
        ),
        Row(
            "Deliveries outside Kafka",
            (
                graph(
                    "Waiting to be delivered",
                    "What a receiver is owed: not due yet, as of a digest, under way, or to be "
                    "tried again.",
                    "none",
                    (
                        f"sum by (receiver) (manifold_deliveries_waiting{_OF})",
                        "{{receiver}}",
                    ),
                    width=12,
                ),
                graph(
                    "Deliveries",
                    "A second, by receiver and what came of them; what is refused or given up is "
                    "a dead letter.",
                    "suffix:/s",
                    (
                        "sum by (receiver, outcome) "
                        f"(rate(manifold_deliveries_total{_OF}[$__rate_interval]))",
                        "{{receiver}}: {{outcome}}",
                    ),
                    width=12,
                ),
            ),
        ),
        Row(
            "Since the processes started",
            (
                table(
                    "All of them",
                    "Dead letters that the processes running now have written.",
                    "none",
                    f"sum by (flow, topic, reason) (manifold_dead_letters_total{_OF})",
                    ("flow", "topic", "reason"),
                ),
            ),
        ),
    ),
    (Variable("flow", "Flow", "manifold_build_info"),),
)
