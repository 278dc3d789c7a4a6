"""The catalogue of metrics: each one that any process of Manifold has, and nothing else.

Prefix `manifold_`, base units (seconds, bytes, ratios from 0 to 1), `_total` for counters. What a
flow counts becomes visible when its epoch is committed: records of an epoch that is given up and
read again are counted once. `docs/metrics.md` is made from this. A module for each subject; whoever
uses a metric takes it from here.
"""

from collections.abc import Mapping

from connectors.catalogue import (
    clients,
    decisions,
    deliveries,
    documents,
    epochs,
    parts,
    process,
    records,
    reviews,
    services,
    state,
    web,
)
from connectors.catalogue.clients import (
    CLIENT_BROKERS_UP,
    CLIENT_DISCONNECTS,
    CLIENT_QUEUE,
    CLIENT_QUEUE_BYTES,
    CLIENT_RECEIVED_BYTES,
    CLIENT_RETRIES,
    CLIENT_RTT,
    CLIENT_SENT_BYTES,
    CLIENT_TIMEOUTS,
)
from connectors.catalogue.decisions import (
    ANSWERS,
    ANSWERS_MISSING,
    BRANCH_LATENCY,
    DEADLINES_FIRED,
    DECISION_LATENCY,
    DECISIONS,
    LATE_RESULTS,
    OPEN_REQUESTS,
)
from connectors.catalogue.deliveries import (
    DELIVERIES,
    DELIVERIES_WAITING,
)
from connectors.catalogue.documents import (
    EXTRACTION_ATTEMPTS_FAILED,
    EXTRACTION_CACHED,
    EXTRACTION_CONFIDENCE,
    EXTRACTION_DOCUMENTS,
    EXTRACTION_DURATION,
    EXTRACTION_OVER_BUDGET,
    EXTRACTION_STAGE_DURATION,
    MODEL_CALL_DURATION,
    MODEL_CALLS,
    MODEL_COST,
    MODEL_TOKENS,
)
from connectors.catalogue.epochs import (
    COMMIT_DURATION,
    COMMITS,
    EPOCH_RECORDS,
    LAST_COMMIT,
    LAST_POLL,
    TRANSACTION_DURATION,
    TRANSACTIONS_ABORTED,
)
from connectors.catalogue.parts import (
    BREAKER_OPENED,
    BREAKER_STATE,
)
from connectors.catalogue.process import (
    BUILD_INFO,
    CERTIFICATE_EXPIRY,
    HEALTH,
)
from connectors.catalogue.records import (
    DEAD_LETTERS,
    DUPLICATES_IGNORED,
    RECORDS_FAILED,
    RECORDS_RECEIVED,
    RECORDS_WRITTEN,
    STEP_SECONDS,
)
from connectors.catalogue.reviews import (
    REVIEW_DURATION,
    REVIEWS_COMPLETED,
    REVIEWS_OLDEST,
    REVIEWS_OPEN,
    REVIEWS_REQUESTED,
)
from connectors.catalogue.services import (
    FLOW_PROCESSES,
    FLOW_RESTARTS,
    LAG_COMMITTED_OFFSET,
    LAG_END_OFFSET,
    LAG_ERRORS,
    LAG_LAST_SUCCESS,
    LAG_MEMBERS,
    LAG_RECORDS,
    LAG_SECONDS,
    LAG_STATE,
    PROBE_LAST_SUCCESS,
    PROBE_LATENCY,
    PROBES,
    RETRIES,
    RETRIES_ERRORS,
    RETRIES_GIVEN_UP,
    RETRIES_LAST_SUCCESS,
    RETRIES_WAITING,
)
from connectors.catalogue.state import (
    ASSIGNED_PARTITIONS,
    POSTPONED_REQUESTS,
    REBALANCES,
    RESTORE_DURATION,
    RESTORE_PROGRESS,
    RESTORED_RECORDS,
    RESTORES,
    STATE_CHANGES,
    STATE_CHANGES_BYTES,
    STATE_ENTRIES,
)
from connectors.catalogue.web import (
    WEB_ACKNOWLEDGED,
    WEB_DURATION,
    WEB_FEED_DROPPED,
    WEB_FEED_LAG,
    WEB_FEED_RECORDS,
    WEB_INVOICES,
    WEB_KEYS,
    WEB_PART_AWAY,
    WEB_REFUSED,
    WEB_REQUESTS,
    WEB_UNDER_WAY,
    WEB_WATCHERS,
)
from connectors.metric import Metric

SECTIONS: Mapping[str, tuple[Metric, ...]] = {
    "Records": records.METRICS,
    "Epochs": epochs.METRICS,
    "Group and state": state.METRICS,
    "Branches and decisions": decisions.METRICS,
    "Reviews": reviews.METRICS,
    "Parts that may be away": parts.METRICS,
    "Deliveries": deliveries.METRICS,
    "Documents": documents.METRICS,
    "Kafka client": clients.METRICS,
    "Process": process.METRICS,
    **services.SECTIONS,
    "manifold serve": web.METRICS,
}
"""By the heading under which the documentation has them."""

CATALOGUE: tuple[Metric, ...] = tuple(metric for part in SECTIONS.values() for metric in part)
