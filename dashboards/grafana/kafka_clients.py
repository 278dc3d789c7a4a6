"""Do the processes and the brokers get on with each other?"""

from dashboards.grafana.panel import (
    BAD,
    GOOD,
    ODD,
    Board,
    Row,
    Variable,
    graph,
    quantiles,
    rate,
    stat,
)

_OF = '{flow=~"$flow"}'
_DAY = 86_400

KAFKA_CLIENTS = Board(
    "kafka-clients",
    "Kafka clients",
    "Epochs, transactions, groups, restores and connections, as the processes see them.",
    (
        Row(
            "Now",
            (
                stat(
                    "Brokers, at least",
                    "Brokers to which the client that has fewest is connected.",
                    "none",
                    f"min(manifold_kafka_client_brokers_up{_OF})",
                    steps=((1.0, GOOD),),
                ),
                stat(
                    "p95 of commits",
                    "95 of 100 transactions were committed at least this fast.",
                    "s",
                    quantiles("manifold_commit_duration_seconds", _OF)[1][0],
                    steps=((0.25, ODD), (1.0, BAD)),
                ),
                stat(
                    "Epochs given up",
                    "In 10 minutes; they are read again, and nothing is lost.",
                    "none",
                    f"sum(flow_reason:manifold_transactions_aborted:increase10m{_OF}) or vector(0)",
                    steps=((1.0, ODD), (10.0, BAD)),
                ),
                stat(
                    "Rebalances",
                    "In 10 minutes, of all groups.",
                    "none",
                    f"sum(increase(manifold_rebalances_total{_OF}[10m]))",
                    steps=((10.0, ODD),),
                ),
                stat(
                    "Restored",
                    "How much of its state the process has read that has read least.",
                    "percentunit",
                    f"min(manifold_restore_progress_ratio{_OF})",
                    steps=((0.5, ODD), (1.0, GOOD)),
                ),
                stat(
                    "Certificate expires in",
                    "The client certificate that expires first; none where none is used.",
                    "s",
                    f"min(manifold_certificate_expiry_timestamp_seconds{_OF}) - time()",
                    steps=((2.0 * _DAY, ODD), (14.0 * _DAY, GOOD)),
                ),
            ),
        ),
        Row(
            "Epochs",
            (
                graph(
                    "Commits",
                    "Epochs committed a second.",
                    "suffix:/s",
                    rate("manifold_commits_total", "flow", _OF),
                ),
                graph(
                    "Commit, p95",
                    "What sending the offsets and committing the transaction takes.",
                    "s",
                    *quantiles("manifold_commit_duration_seconds", _OF, "flow"),
                ),
                graph(
                    "Epoch, p95",
                    "From the poll that begins an epoch to the end of its commit.",
                    "s",
                    *quantiles("manifold_transaction_duration_seconds", _OF, "flow"),
                ),
                graph(
                    "Records an epoch",
                    "Records read in a committed epoch, on average.",
                    "none",
                    (
                        f"sum by (flow) (rate(manifold_epoch_records_sum{_OF}[$__rate_interval])) "
                        "/ sum by (flow) (rate(manifold_epoch_records_count"
                        f"{_OF}[$__rate_interval]))",
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Epochs given up",
                    "In 10 minutes, by reason.",
                    "none",
                    (
                        f"flow_reason:manifold_transactions_aborted:increase10m{_OF}",
                        "{{flow}}: {{reason}}",
                    ),
                ),
                graph(
                    "Since the last poll",
                    "Seconds since a process has asked for records; idle ones go on asking.",
                    "s",
                    (
                        f"max by (flow) (time() - manifold_last_poll_timestamp_seconds{_OF})",
                        "{{flow}}",
                    ),
                ),
            ),
        ),
        Row(
            "Groups and state",
            (
                graph(
                    "Partitions by process",
                    "How the partitions of a flow are shared out.",
                    "none",
                    (f"manifold_assigned_partitions{_OF}", "{{flow}} {{instance}}"),
                ),
                graph(
                    "Rebalances",
                    "In 10 minutes: a process came, went, or was not heard of.",
                    "none",
                    (
                        f"sum by (flow) (increase(manifold_rebalances_total{_OF}[10m]))",
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Restores",
                    "In 10 minutes: state was read from changelogs.",
                    "none",
                    (f"sum by (flow) (increase(manifold_restores_total{_OF}[10m]))", "{{flow}}"),
                ),
                graph(
                    "Restore, p95",
                    "What reading the state of their partitions took the processes that run now. "
                    "No rate: most of it is over before anybody looks at a new process.",
                    "s",
                    (
                        "histogram_quantile(0.95, sum by (le, flow) "
                        f"(manifold_restore_duration_seconds_bucket{_OF}))",
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Restore progress",
                    "How much of its state the process of a flow has read that has read least.",
                    "percentunit",
                    (f"min by (flow) (manifold_restore_progress_ratio{_OF})", "{{flow}}"),
                ),
                graph(
                    "Restored records",
                    "Records of changelogs read a second.",
                    "suffix:/s",
                    rate("manifold_restored_records_total", "flow", _OF),
                ),
                graph(
                    "Entries",
                    "Entries of tables, as committed.",
                    "short",
                    (
                        f"sum by (flow, table) (manifold_state_entries{_OF})",
                        "{{table}}",
                    ),
                ),
                graph(
                    "Changes of state",
                    "Records a second that are written to changelogs.",
                    "suffix:/s",
                    (
                        "sum by (flow, table) "
                        f"(rate(manifold_state_changes_total{_OF}[$__rate_interval]))",
                        "{{table}}",
                    ),
                ),
                graph(
                    "Changes of state, bytes",
                    "Bytes a second that are written to changelogs.",
                    "Bps",
                    (
                        "sum by (flow, table) "
                        f"(rate(manifold_state_changes_bytes_total{_OF}[$__rate_interval]))",
                        "{{table}}",
                    ),
                ),
            ),
        ),
        Row(
            "Connections",
            (
                graph(
                    "Round trip, p99",
                    "To the slowest broker, by flow.",
                    "s",
                    (
                        "max by (flow) (manifold_kafka_client_rtt_seconds"
                        '{flow=~"$flow", quantile="0.99"})',
                        "{{flow}}",
                    ),
                ),
                graph(
                    "Brokers connected",
                    "Of the client that has fewest, by flow.",
                    "none",
                    (f"min by (flow) (manifold_kafka_client_brokers_up{_OF})", "{{flow}}"),
                ),
                graph(
                    "What brokers did not do",
                    "A second: requests not answered in time, requests sent again, connections "
                    "that ended.",
                    "suffix:/s",
                    *(
                        (
                            f"sum(rate(manifold_kafka_client_{what}_total{_OF}[$__rate_interval]))",
                            what,
                        )
                        for what in ("timeouts", "retries", "disconnects")
                    ),
                ),
                graph(
                    "Messages in the clients",
                    "Of producers not yet acknowledged, of consumers not yet polled.",
                    "short",
                    (
                        f"sum by (flow, client) (manifold_kafka_client_queue_messages{_OF})",
                        "{{flow}} {{client}}",
                    ),
                ),
                graph(
                    "The same in bytes",
                    "Memory that messages in the clients take.",
                    "bytes",
                    (
                        f"sum by (flow, client) (manifold_kafka_client_queue_bytes{_OF})",
                        "{{flow}} {{client}}",
                    ),
                ),
                graph(
                    "Bytes",
                    "A second, received from brokers and sent to them.",
                    "Bps",
                    *(
                        (
                            f"sum(rate(manifold_kafka_client_{way}_bytes_total"
                            f"{_OF}[$__rate_interval]))",
                            way,
                        )
                        for way in ("received", "sent")
                    ),
                ),
            ),
        ),
    ),
    (Variable("flow", "Flow", "manifold_build_info"),),
)
