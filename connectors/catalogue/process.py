"""What runs, and whether it is well."""

from connectors.metric import Metric, gauge

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

METRICS: tuple[Metric, ...] = (
    BUILD_INFO,
    HEALTH,
    CERTIFICATE_EXPIRY,
)
