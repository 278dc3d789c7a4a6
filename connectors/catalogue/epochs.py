"""Polls that are epochs that are transactions."""

from connectors.metric import Metric, counter, gauge, histogram

_COMMIT = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SIZE = (1.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0)

COMMITS = counter("flow", "manifold_commits_total", "Epochs committed.", "flow")
COMMIT_DURATION = histogram(
    "flow",
    "manifold_commit_duration_seconds",
    _COMMIT,
    "What sending the offsets and committing the transaction takes.",
    "flow",
)
TRANSACTION_DURATION = histogram(
    "flow",
    "manifold_transaction_duration_seconds",
    _COMMIT,
    "From the poll that begins an epoch to the end of its commit.",
    "flow",
)
EPOCH_RECORDS = histogram(
    "flow", "manifold_epoch_records", _SIZE, "Records read in a committed epoch.", "flow"
)
TRANSACTIONS_ABORTED = counter(
    "flow",
    "manifold_transactions_aborted_total",
    "Epochs given up and read again, by reason: commit_failed, record_failed.",
    "flow",
    "reason",
    every=(
        "commit_failed",
        "record_failed",
    ),
)
LAST_COMMIT = gauge(
    "flow",
    "manifold_last_commit_timestamp_seconds",
    "When an epoch was committed last, Unix time.",
    "flow",
)
LAST_POLL = gauge(
    "flow",
    "manifold_last_poll_timestamp_seconds",
    "When the flow asked for records last, Unix time; idle flows go on asking.",
    "flow",
)

METRICS: tuple[Metric, ...] = (
    COMMITS,
    COMMIT_DURATION,
    TRANSACTION_DURATION,
    EPOCH_RECORDS,
    TRANSACTIONS_ABORTED,
    LAST_COMMIT,
    LAST_POLL,
)
