"""Which group is behind, does it catch up, and when?"""

from dashboards.grafana.panel import (
    BAD,
    GOOD,
    ODD,
    Board,
    Row,
    Variable,
    graph,
    stat,
    states,
    table,
)

_OF = '{group=~"$group"}'
_STATES = {
    0: ("OK", GOOD),
    1: ("WARN", "yellow"),
    2: ("STALL", ODD),
    3: ("STOP", BAD),
    4: ("REWIND", "purple"),
}

LAG = Board(
    "lag",
    "Consumer lag",
    "How far each consumer group is behind, in seconds and in records, and whether it catches up.",
    (
        Row(
            "Now",
            (
                stat(
                    "Furthest behind",
                    "Age of the oldest record that one of the groups has not committed yet.",
                    "s",
                    f"max(group:manifold_lag_seconds:max{_OF})",
                    steps=((15.0, ODD), (30.0, BAD)),
                ),
                stat(
                    "Records waiting",
                    "Records that the groups have not committed yet, all together.",
                    "short",
                    f"sum(group:manifold_lag_records:sum{_OF})",
                    steps=((1000.0, ODD),),
                ),
                stat(
                    "Caught up in",
                    "Until the slowest group has read everything, if both go on as in the last 5 "
                    "minutes. Without a figure the lag does not shrink.",
                    "s",
                    f"max(group:manifold_lag_catch_up:seconds{_OF})",
                    steps=((300.0, ODD), (3600.0, BAD)),
                ),
                stat(
                    "Partitions that stand",
                    "Partitions that are in STALL or STOP: something waits, and nobody reads it.",
                    "none",
                    f"count(manifold_lag_state{_OF} == 2 or manifold_lag_state{_OF} == 3) "
                    "or vector(0)",
                    steps=((1.0, BAD),),
                ),
                stat(
                    "Groups without members",
                    "Groups that no process belongs to.",
                    "none",
                    f"count(manifold_lag_members{_OF} == 0) or vector(0)",
                    steps=((1.0, BAD),),
                ),
                stat(
                    "Looked at",
                    "Seconds since the exporter has looked at all groups.",
                    "s",
                    "time() - max(manifold_lag_last_success_timestamp_seconds)",
                    steps=((60.0, ODD), (120.0, BAD)),
                ),
            ),
        ),
        Row(
            "Groups",
            (
                graph(
                    "Behind, in seconds",
                    "Age of the oldest record that a group has not committed yet.",
                    "s",
                    (f"group:manifold_lag_seconds:max{_OF}", "{{group}}"),
                    steps=((30.0, BAD),),
                    width=12,
                ),
                states(
                    "State",
                    "The worst partition of each group: WARN reads, but its lag only grows; STALL "
                    "commits the same offset; STOP commits nothing; REWIND has gone back.",
                    (f"max by (group) (manifold_lag_state{_OF})", "{{group}}"),
                    _STATES,
                    width=12,
                ),
                graph(
                    "Behind, in records",
                    "Records that a group has not committed yet.",
                    "short",
                    (f"group:manifold_lag_records:sum{_OF}", "{{group}}"),
                    steps=((1000.0, ODD),),
                ),
                graph(
                    "Trend",
                    "By how many records a second the lag has changed in 5 minutes; below zero it "
                    "shrinks.",
                    "suffix:/s",
                    (f"group:manifold_lag_records:deriv5m{_OF}", "{{group}}"),
                    steps=((0.0, ODD),),
                    signed=True,
                ),
                graph(
                    "Caught up in",
                    "Seconds until a group has read everything, if it goes on as in the last 5 "
                    "minutes. A group whose lag does not shrink has no line.",
                    "s",
                    (f"group:manifold_lag_catch_up:seconds{_OF}", "{{group}}"),
                ),
            ),
        ),
        Row(
            "$group",
            (
                graph(
                    "Partitions of $group",
                    "Age of the oldest record that is not committed yet, by partition.",
                    "s",
                    (f"manifold_lag_seconds{_OF}", "{{topic}} {{partition}}"),
                ),
                graph(
                    "Read and written",
                    "Offsets a second that the group commits, and that are written to what it "
                    "reads.",
                    "suffix:/s",
                    (f"sum(deriv(manifold_lag_committed_offset{_OF}[$__rate_interval]))", "read"),
                    (
                        "sum(deriv(manifold_lag_end_offset[$__rate_interval]) "
                        f"and on (topic, partition) manifold_lag_committed_offset{_OF})",
                        "written",
                    ),
                    signed=True,
                ),
                graph(
                    "Members",
                    "Processes that belong to the group; more than partitions are idle.",
                    "none",
                    (f"manifold_lag_members{_OF}", "{{group}}"),
                ),
            ),
            each="group",
        ),
        Row(
            "Partitions",
            (
                table(
                    "Furthest behind",
                    "The 50 partitions whose oldest record has waited longest.",
                    "s",
                    f"topk(50, manifold_lag_seconds{_OF})",
                    ("group", "topic", "partition"),
                    width=16,
                ),
                graph(
                    "Looks that failed",
                    "In 10 minutes: the exporter could not look at the groups.",
                    "none",
                    ("sum(increase(manifold_lag_errors_total[10m]))", "failed"),
                ),
            ),
        ),
    ),
    (Variable("group", "Group", "manifold_lag_records"),),
)
