"""What librdkafka says of its connections."""

from connectors.metric import Metric, counter, gauge

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

METRICS: tuple[Metric, ...] = (
    CLIENT_QUEUE,
    CLIENT_QUEUE_BYTES,
    CLIENT_RTT,
    CLIENT_RETRIES,
    CLIENT_TIMEOUTS,
    CLIENT_DISCONNECTS,
    CLIENT_BROKERS_UP,
    CLIENT_RECEIVED_BYTES,
    CLIENT_SENT_BYTES,
)
