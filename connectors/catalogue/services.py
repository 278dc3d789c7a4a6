"""What the commands tell that run beside the flows."""

from collections.abc import Mapping

from connectors.catalogue.latency import LATENCY
from connectors.metric import Metric, counter, gauge, histogram

# manifold up

FLOW_PROCESSES = gauge(
    "up", "manifold_flow_processes", "Processes of a flow that run on this host.", "flow"
)
FLOW_RESTARTS = counter(
    "up",
    "manifold_flow_restarts_total",
    "Processes of a flow that ended unasked and were started again.",
    "flow",
)

# manifold lag

LAG_RECORDS = gauge(
    "lag",
    "manifold_lag_records",
    "Records of a partition that the group has not committed yet.",
    "group",
    "topic",
    "partition",
)
LAG_SECONDS = gauge(
    "lag",
    "manifold_lag_seconds",
    "Age of the oldest record that the group has not committed yet; 0 when there is none.",
    "group",
    "topic",
    "partition",
)
LAG_STATE = gauge(
    "lag",
    "manifold_lag_state",
    "How the group does in a partition: 0 OK, 1 WARN, 2 STALL, 3 STOP, 4 REWIND.",
    "group",
    "topic",
    "partition",
)
LAG_COMMITTED_OFFSET = gauge(
    "lag",
    "manifold_lag_committed_offset",
    "Offset that the group has committed.",
    "group",
    "topic",
    "partition",
)
LAG_END_OFFSET = gauge(
    "lag", "manifold_lag_end_offset", "Where a partition ends.", "topic", "partition"
)
LAG_MEMBERS = gauge("lag", "manifold_lag_members", "Members of a group.", "group")
LAG_LAST_SUCCESS = gauge(
    "lag",
    "manifold_lag_last_success_timestamp_seconds",
    "When all groups were looked at last, Unix time.",
)
LAG_ERRORS = counter(
    "lag", "manifold_lag_errors_total", "Times that groups could not be looked at."
)

# manifold probe

PROBES = counter(
    "probe",
    "manifold_probes_total",
    "Synthetic invoices sent, by outcome: correct, wrong, timeout, not_sent.",
    "outcome",
    every=(
        "correct",
        "wrong",
        "timeout",
        "not_sent",
    ),
)
PROBE_LATENCY = histogram(
    "probe",
    "manifold_probe_latency_seconds",
    LATENCY,
    "From sending a synthetic invoice to reading its decision.",
)
PROBE_LAST_SUCCESS = gauge(
    "probe",
    "manifold_probe_last_success_timestamp_seconds",
    "When a synthetic invoice was decided correctly last, Unix time.",
)

# manifold dlq retry

RETRIES = counter(
    "retry",
    "manifold_retries_total",
    "Dead letters sent back because their reason may have mended itself.",
    "reason",
    every=(
        "document_changed",
        "document_missing",
        "unknown_schema",
    ),
)
RETRIES_WAITING = gauge(
    "retry",
    "manifold_retries_waiting",
    "Dead letters that wait for their next attempt.",
    "reason",
)
RETRIES_GIVEN_UP = gauge(
    "retry",
    "manifold_retries_given_up",
    "Dead letters that have failed too often and wait for a person.",
    "reason",
)
RETRIES_LAST_SUCCESS = gauge(
    "retry",
    "manifold_retries_last_success_timestamp_seconds",
    "When dead letters were looked at, and those due sent back, last, Unix time.",
)
RETRIES_ERRORS = counter(
    "retry",
    "manifold_retries_errors_total",
    "Times that dead letters could not be looked at or sent back.",
)

SECTIONS: Mapping[str, tuple[Metric, ...]] = {
    "manifold up": (
        FLOW_PROCESSES,
        FLOW_RESTARTS,
    ),
    "manifold lag": (
        LAG_RECORDS,
        LAG_SECONDS,
        LAG_STATE,
        LAG_COMMITTED_OFFSET,
        LAG_END_OFFSET,
        LAG_MEMBERS,
        LAG_LAST_SUCCESS,
        LAG_ERRORS,
    ),
    "manifold probe": (
        PROBES,
        PROBE_LATENCY,
        PROBE_LAST_SUCCESS,
    ),
    "manifold dlq retry": (
        RETRIES,
        RETRIES_WAITING,
        RETRIES_GIVEN_UP,
        RETRIES_LAST_SUCCESS,
        RETRIES_ERRORS,
    ),
}
