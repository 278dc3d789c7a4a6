"""What `manifold serve` tells."""

from connectors.metric import Metric, counter, gauge, histogram

_REQUEST = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds of a request; the objectives, 50 and 100 ms, are bounds."""

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

METRICS: tuple[Metric, ...] = (
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
)
