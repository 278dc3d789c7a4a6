"""Deliveries outside Kafka."""

from connectors.metric import Metric, counter, gauge

DELIVERIES = counter(
    "deliveries",
    "manifold_deliveries_total",
    "Tries to deliver outside Kafka, by receiver and what came of them: delivered, refused, busy, "
    "away; given_up when it was not even tried any more.",
    "flow",
    "receiver",
    "outcome",
)
DELIVERIES_WAITING = gauge(
    "deliveries",
    "manifold_deliveries_waiting",
    "What a receiver is owed: not due yet, under way, or to be tried again.",
    "flow",
    "receiver",
)

METRICS: tuple[Metric, ...] = (
    DELIVERIES,
    DELIVERIES_WAITING,
)
