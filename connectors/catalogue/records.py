"""What a flow reads, writes and refuses."""

from connectors.metric import Metric, counter

RECORDS_RECEIVED = counter(
    "flow", "manifold_records_received_total", "Records read and committed.", "flow", "topic"
)
RECORDS_WRITTEN = counter(
    "flow",
    "manifold_records_written_total",
    "Records written and committed, changelogs and dead letters left out.",
    "flow",
    "topic",
)
DEAD_LETTERS = counter(
    "flow",
    "manifold_dead_letters_total",
    "Records of a topic that went to its dead letters, by reason.",
    "flow",
    "topic",
    "reason",
)
DUPLICATES_IGNORED = counter(
    "flow",
    "manifold_duplicates_ignored_total",
    "Records that say what was known already, by their topic.",
    "flow",
    "topic",
)
RECORDS_FAILED = counter(
    "flow",
    "manifold_records_failed_total",
    "Times that a record made a step fail and its epoch was given up.",
    "flow",
)
STEP_SECONDS = counter(
    "flow",
    "manifold_step_seconds_total",
    "Seconds that the flow's thread was in a step: its rate is the share of time.",
    "flow",
    "step",
)

METRICS: tuple[Metric, ...] = (
    RECORDS_RECEIVED,
    RECORDS_WRITTEN,
    DEAD_LETTERS,
    DUPLICATES_IGNORED,
    RECORDS_FAILED,
    STEP_SECONDS,
)
