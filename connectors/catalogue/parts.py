"""Services behind circuit breakers."""

from connectors.metric import Metric, counter, gauge

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

METRICS: tuple[Metric, ...] = (
    BREAKER_STATE,
    BREAKER_OPENED,
)
