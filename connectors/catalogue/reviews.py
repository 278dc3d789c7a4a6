"""What people are asked, and how long they take."""

from connectors.metric import Metric, counter, gauge, histogram

_REVIEW = (60.0, 300.0, 900.0, 3600.0, 14400.0, 28800.0, 86400.0, 259200.0, 604800.0, 2592000.0)

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

METRICS: tuple[Metric, ...] = (
    REVIEWS_REQUESTED,
    REVIEWS_COMPLETED,
    REVIEWS_OPEN,
    REVIEWS_OLDEST,
    REVIEW_DURATION,
)
