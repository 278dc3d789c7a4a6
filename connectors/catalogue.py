"""The catalogue of metrics: each one that any process of Manifold has, and nothing else.

Prefix `manifold_`, base units (seconds, bytes, ratios from 0 to 1), `_total` for counters. What a
flow counts becomes visible when its epoch is committed: records of an epoch that is given up and
read again are counted once. `docs/metrics.md` is made from this.
"""

from collections.abc import Mapping

from connectors.metric import Metric, counter, gauge, histogram

_LATENCY = (
    *(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0),
    *(30.0, 60.0, 120.0, 300.0, 900.0, 3600.0),
)
"""Seconds from an upload on. The objective, 30 s, is a bound, and so is the deadline's half."""
_COMMIT = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_DOCUMENT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_REQUEST = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds of a request; the objectives, 50 and 100 ms, are bounds."""
_RESTORE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
_MODEL = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
_REVIEW = (60.0, 300.0, 900.0, 3600.0, 14400.0, 28800.0, 86400.0, 259200.0, 604800.0, 2592000.0)
_SIZE = (1.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0)
_CONFIDENCE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)
"""The gates of the policy as it comes are among them: 0.80, 0.90, 0.98."""

# Records

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

# Epochs

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

# Group and state

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

# Branches and decisions

ANSWERS = counter(
    "branches",
    "manifold_answers_total",
    "Answers of branches, by status.",
    "flow",
    "branch",
    "status",
)
BRANCH_LATENCY = histogram(
    "branches",
    "manifold_branch_latency_seconds",
    _LATENCY,
    "From the upload to the committed answer of a branch.",
    "flow",
    "branch",
)
DECISIONS = counter(
    "join",
    "manifold_decisions_total",
    "Decisions by status, by what they rest on (answers, unknown, deadline, person, later_attempt, "
    "expired_review) and whether they are the first of their attempt or a later revision.",
    "flow",
    "status",
    "reason",
    "revision",
)
DECISION_LATENCY = histogram(
    "join",
    "manifold_decision_latency_seconds",
    _LATENCY,
    "From the upload to the first committed decision: end to end.",
    "flow",
)
OPEN_REQUESTS = gauge(
    "join", "manifold_open_requests", "Requests that wait for answers of branches.", "flow"
)
DEADLINES_FIRED = counter(
    "join",
    "manifold_deadlines_fired_total",
    "Requests decided at the deadline, with answers missing.",
    "flow",
)
ANSWERS_MISSING = counter(
    "join",
    "manifold_answers_missing_total",
    "Answers that were missing at the deadline, by branch.",
    "flow",
    "branch",
)
LATE_RESULTS = counter(
    "join",
    "manifold_late_results_total",
    "Answers after the deadline, by outcome: revised, or dead_letter for forgotten requests.",
    "flow",
    "outcome",
)

# Reviews

REVIEWS_REQUESTED = counter(
    "flow",
    "manifold_reviews_requested_total",
    "Reviews asked for, by kind: DECISION of decisions, EXTRACTION of documents.",
    "flow",
    "kind",
)
REVIEWS_COMPLETED = counter(
    "flow",
    "manifold_reviews_completed_total",
    "Answers of people, by kind and outcome.",
    "flow",
    "kind",
    "outcome",
)
REVIEWS_OPEN = gauge(
    "flow", "manifold_reviews_open", "Reviews that wait for a person, by kind.", "flow", "kind"
)
REVIEWS_OLDEST = gauge(
    "flow",
    "manifold_reviews_oldest_age_seconds",
    "Age of the review that has waited longest; 0 when none waits.",
    "flow",
    "kind",
)
REVIEW_DURATION = histogram(
    "join",
    "manifold_review_duration_seconds",
    _REVIEW,
    "From the upload to a person's decision.",
    "flow",
)

# Parts that may be away

BREAKER_STATE = gauge(
    "flow",
    "manifold_breaker_state",
    "State of a service's circuit breaker: 0 closed, 1 half open, 2 open.",
    "flow",
    "service",
)
BREAKER_OPENED = counter(
    "flow",
    "manifold_breaker_opened_total",
    "Times that a service's circuit breaker has opened.",
    "flow",
    "service",
)

# Documents

EXTRACTION_DOCUMENTS = counter(
    "extract",
    "manifold_extraction_documents_total",
    "Documents by route (XML, EMBEDDED_XML, TEXT_LAYER, RASTER, none) and outcome (accepted, "
    "review, or the reason of the dead letter).",
    "flow",
    "route",
    "outcome",
)
EXTRACTION_DURATION = histogram(
    "extract",
    "manifold_extraction_duration_seconds",
    _DOCUMENT,
    "What reading a document takes, all stages together.",
    "flow",
    "route",
)
EXTRACTION_STAGE_DURATION = histogram(
    "extract",
    "manifold_extraction_stage_duration_seconds",
    _DOCUMENT,
    "What a stage takes for a document.",
    "flow",
    "stage",
)
EXTRACTION_OVER_BUDGET = counter(
    "extract",
    "manifold_extraction_over_budget_total",
    "Documents for which a stage took longer than its time budget.",
    "flow",
    "stage",
)
EXTRACTION_CONFIDENCE = histogram(
    "extract",
    "manifold_extraction_confidence_ratio",
    _CONFIDENCE,
    "How sure a value that was read is, as a probability.",
    "flow",
    "route",
)
EXTRACTION_CACHED = counter(
    "extract",
    "manifold_extraction_cached_total",
    "Documents that were known already and not read again.",
    "flow",
)
EXTRACTION_ATTEMPTS_FAILED = counter(
    "extract",
    "manifold_extraction_attempts_failed_total",
    "Attempts to read a document that its worker did not survive or finish, by reason: hung, died, "
    "memory, raised.",
    "flow",
    "reason",
)
MODEL_CALLS = counter(
    "extract",
    "manifold_model_calls_total",
    "Questions to the language model by outcome: answered, or why there is no answer.",
    "flow",
    "model",
    "outcome",
)
MODEL_CALL_DURATION = histogram(
    "extract",
    "manifold_model_call_duration_seconds",
    _MODEL,
    "What a question to the language model takes, all attempts together.",
    "flow",
    "model",
)
MODEL_TOKENS = counter(
    "extract",
    "manifold_model_tokens_total",
    "Tokens of the language model, by direction: input, output, cache_read, cache_write.",
    "flow",
    "model",
    "direction",
)
MODEL_COST = counter(
    "extract",
    "manifold_model_cost_total",
    "What the language model has cost, in units of the currency.",
    "flow",
    "model",
    "currency",
)

# Kafka client

CLIENT_QUEUE = gauge(
    "flow",
    "manifold_kafka_client_queue_messages",
    "Messages in the client: of a producer not yet acknowledged, of a consumer not yet polled.",
    "flow",
    "client",
)
CLIENT_QUEUE_BYTES = gauge(
    "flow", "manifold_kafka_client_queue_bytes", "Bytes of the same.", "flow", "client"
)
CLIENT_RTT = gauge(
    "flow",
    "manifold_kafka_client_rtt_seconds",
    "Round trip time to a broker in the last interval, by quantile: 0.5, 0.99.",
    "flow",
    "client",
    "broker",
    "quantile",
)
CLIENT_RETRIES = counter(
    "flow",
    "manifold_kafka_client_retries_total",
    "Requests that the client has sent again to a broker.",
    "flow",
    "client",
    "broker",
)
CLIENT_TIMEOUTS = counter(
    "flow",
    "manifold_kafka_client_timeouts_total",
    "Requests that a broker has not answered in time.",
    "flow",
    "client",
    "broker",
)
CLIENT_DISCONNECTS = counter(
    "flow",
    "manifold_kafka_client_disconnects_total",
    "Connections to a broker that ended.",
    "flow",
    "client",
    "broker",
)
CLIENT_BROKERS_UP = gauge(
    "flow",
    "manifold_kafka_client_brokers_up",
    "Brokers to which the client has a connection that works.",
    "flow",
    "client",
)
CLIENT_RECEIVED_BYTES = counter(
    "flow",
    "manifold_kafka_client_received_bytes_total",
    "Bytes received from brokers.",
    "flow",
    "client",
)
CLIENT_SENT_BYTES = counter(
    "flow", "manifold_kafka_client_sent_bytes_total", "Bytes sent to brokers.", "flow", "client"
)

# Process

BUILD_INFO = gauge(
    "flow",
    "manifold_build_info",
    "Always 1: what runs. `codec` is native or python.",
    "flow",
    "version",
    "python",
    "librdkafka",
    "codec",
)
HEALTH = gauge(
    "flow",
    "manifold_health",
    "Whether a check is passed, 1 or 0: startup, live, ready.",
    "flow",
    "check",
)
CERTIFICATE_EXPIRY = gauge(
    "flow",
    "manifold_certificate_expiry_timestamp_seconds",
    "When a certificate of the Kafka client expires, Unix time; by setting, such as "
    "ssl.certificate.location.",
    "flow",
    "setting",
)

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
)
PROBE_LATENCY = histogram(
    "probe",
    "manifold_probe_latency_seconds",
    _LATENCY,
    "From sending a synthetic invoice to reading its decision.",
)
PROBE_LAST_SUCCESS = gauge(
    "probe",
    "manifold_probe_last_success_timestamp_seconds",
    "When a synthetic invoice was decided correctly last, Unix time.",
)

# manifold serve

WEB_REQUESTS = counter(
    "web",
    "manifold_web_requests_total",
    "Requests answered, by route, method and class of the status: 2xx, 4xx, 5xx.",
    "route",
    "method",
    "status",
)
WEB_DURATION = histogram(
    "web",
    "manifold_web_request_duration_seconds",
    _REQUEST,
    "From the head of a request to the end of its answer.",
    "route",
    "method",
)
WEB_UNDER_WAY = gauge(
    "web", "manifold_web_requests_under_way", "Requests that are being answered, streams as well."
)
WEB_INVOICES = counter(
    "web",
    "manifold_web_invoices_total",
    "Invoices that were acknowledged, by kind: json, xml, document, pointer.",
    "kind",
)
WEB_ACKNOWLEDGED = histogram(
    "web",
    "manifold_web_acknowledgement_duration_seconds",
    _REQUEST,
    "From handing an invoice to the Kafka client to its acknowledgement.",
)
WEB_REFUSED = counter(
    "web",
    "manifold_web_invoices_refused_total",
    "Invoices that were not taken, by the problem that was told, such as busy or unreadable.",
    "problem",
)
WEB_KEYS = counter(
    "web",
    "manifold_web_request_keys_total",
    "Requests with an Idempotency-Key, by outcome: new, answered (the same answer again), "
    "under_way, another_request.",
    "outcome",
)
WEB_PART_AWAY = gauge(
    "web",
    "manifold_web_part_away",
    "Whether a part does not answer, 1 or 0: broker, keys, store.",
    "part",
)

WEB_FEED_RECORDS = counter(
    "web",
    "manifold_web_feed_records_total",
    "Records of the topics that were told live.",
)
WEB_FEED_LAG = gauge(
    "web",
    "manifold_web_feed_lag_seconds",
    "From the writing of the newest record to its being told live.",
)
WEB_FEED_DROPPED = counter(
    "web",
    "manifold_web_feed_dropped_total",
    "Records that were not told, since nobody said within a minute whose they are.",
)
WEB_WATCHERS = gauge(
    "web",
    "manifold_web_watchers",
    "Streams and sockets that are open, with the requests they watch.",
)

SECTIONS: Mapping[str, tuple[Metric, ...]] = {
    "Records": (
        RECORDS_RECEIVED,
        RECORDS_WRITTEN,
        DEAD_LETTERS,
        DUPLICATES_IGNORED,
        RECORDS_FAILED,
        STEP_SECONDS,
    ),
    "Epochs": (
        COMMITS,
        COMMIT_DURATION,
        TRANSACTION_DURATION,
        EPOCH_RECORDS,
        TRANSACTIONS_ABORTED,
        LAST_COMMIT,
        LAST_POLL,
    ),
    "Group and state": (
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
    ),
    "Branches and decisions": (
        ANSWERS,
        BRANCH_LATENCY,
        DECISIONS,
        DECISION_LATENCY,
        OPEN_REQUESTS,
        DEADLINES_FIRED,
        ANSWERS_MISSING,
        LATE_RESULTS,
    ),
    "Reviews": (
        REVIEWS_REQUESTED,
        REVIEWS_COMPLETED,
        REVIEWS_OPEN,
        REVIEWS_OLDEST,
        REVIEW_DURATION,
    ),
    "Parts that may be away": (BREAKER_STATE, BREAKER_OPENED),
    "Documents": (
        EXTRACTION_DOCUMENTS,
        EXTRACTION_DURATION,
        EXTRACTION_STAGE_DURATION,
        EXTRACTION_OVER_BUDGET,
        EXTRACTION_CONFIDENCE,
        EXTRACTION_CACHED,
        EXTRACTION_ATTEMPTS_FAILED,
        MODEL_CALLS,
        MODEL_CALL_DURATION,
        MODEL_TOKENS,
        MODEL_COST,
    ),
    "Kafka client": (
        CLIENT_QUEUE,
        CLIENT_QUEUE_BYTES,
        CLIENT_RTT,
        CLIENT_RETRIES,
        CLIENT_TIMEOUTS,
        CLIENT_DISCONNECTS,
        CLIENT_BROKERS_UP,
        CLIENT_RECEIVED_BYTES,
        CLIENT_SENT_BYTES,
    ),
    "Process": (BUILD_INFO, HEALTH, CERTIFICATE_EXPIRY),
    "manifold up": (FLOW_PROCESSES, FLOW_RESTARTS),
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
    "manifold probe": (PROBES, PROBE_LATENCY, PROBE_LAST_SUCCESS),
    "manifold serve": (
        WEB_REQUESTS,
        WEB_DURATION,
        WEB_UNDER_WAY,
        WEB_INVOICES,
        WEB_ACKNOWLEDGED,
        WEB_REFUSED,
        WEB_KEYS,
        WEB_PART_AWAY,
        WEB_FEED_RECORDS,
        WEB_FEED_LAG,
        WEB_FEED_DROPPED,
        WEB_WATCHERS,
    ),
}

CATALOGUE: tuple[Metric, ...] = tuple(metric for part in SECTIONS.values() for metric in part)
