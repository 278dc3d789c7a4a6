"""Answers of branches, and what is decided on them."""

from connectors.catalogue.latency import LATENCY
from connectors.metric import Metric, counter, gauge, histogram

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
    LATENCY,
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
    LATENCY,
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
    "Answers after the decision, by outcome: revised; ignored, for a request that was cancelled; "
    "or dead_letter, for one that is forgotten.",
    "flow",
    "outcome",
    every=(
        "revised",
        "ignored",
        "dead_letter",
    ),
)

METRICS: tuple[Metric, ...] = (
    ANSWERS,
    BRANCH_LATENCY,
    DECISIONS,
    DECISION_LATENCY,
    OPEN_REQUESTS,
    DEADLINES_FIRED,
    ANSWERS_MISSING,
    LATE_RESULTS,
)
