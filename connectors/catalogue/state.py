"""A process's partitions, and the tables that belong to them."""

from connectors.metric import Metric, counter, gauge, histogram

_RESTORE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)

REBALANCES = counter(
    "flow", "manifold_rebalances_total", "Times that the group has shared out anew.", "flow"
)
ASSIGNED_PARTITIONS = gauge(
    "flow", "manifold_assigned_partitions", "Partitions of its topics that a process has.", "flow"
)
RESTORES = counter(
    "flow", "manifold_restores_total", "Times that state was read from changelogs.", "flow"
)
RESTORED_RECORDS = counter(
    "flow", "manifold_restored_records_total", "Records of changelogs read to restore.", "flow"
)
RESTORE_DURATION = histogram(
    "flow", "manifold_restore_duration_seconds", _RESTORE, "What restoring state takes.", "flow"
)
RESTORE_PROGRESS = gauge(
    "flow",
    "manifold_restore_progress_ratio",
    "How much of the state of its partitions a process has read; 1 when it is complete.",
    "flow",
)
STATE_ENTRIES = gauge(
    "flow", "manifold_state_entries", "Entries of a table, as committed.", "flow", "table"
)
STATE_CHANGES = counter(
    "flow",
    "manifold_state_changes_total",
    "Records written to a table's changelog and committed.",
    "flow",
    "table",
)
STATE_CHANGES_BYTES = counter(
    "flow",
    "manifold_state_changes_bytes_total",
    "Bytes of keys and values written to a table's changelog and committed.",
    "flow",
    "table",
)
POSTPONED_REQUESTS = gauge(
    "branches",
    "manifold_postponed_requests",
    "Requests answered UNKNOWN that are judged again when a part is back.",
    "flow",
    "branch",
)

METRICS: tuple[Metric, ...] = (
    REBALANCES,
    ASSIGNED_PARTITIONS,
    RESTORES,
    RESTORED_RECORDS,
    RESTORE_DURATION,
    RESTORE_PROGRESS,
    STATE_ENTRIES,
    STATE_CHANGES,
    STATE_CHANGES_BYTES,
    POSTPONED_REQUESTS,
)
