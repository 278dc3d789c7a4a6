"""The area that takes invoices, put together from the settings."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from connectors.async_producer import AsyncProducer
from connectors.clamav import scanner_of
from connectors.client_statistics import ClientStatistics
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.database.attempts import Attempts
from connectors.entrance import Entrance
from connectors.kafka import no_statistics
from connectors.logs import Log
from connectors.measures import Measures
from connectors.object_store import Store
from connectors.redis_request_keys import KeysInRedis
from connectors.request_keys import KeysOfOneProcess, RequestKeys
from connectors.schema_ids import schema_ids
from connectors.settings import Settings
from connectors.wire import Wire
from web.ingest import Ingest, Limits

log = Log(__name__)

Parts: TypeAlias = Mapping[str, Callable[[], str | None]]
"""By the name of a part, what keeps it from working; None when nothing does."""

GROUP = "web"
_RECORDS = 2
"""Records on their way to Kafka for each request that may be under way: more are stuck."""


def ingest(settings: Settings, measures: Measures) -> tuple[Ingest, Parts, Parts]:
    """The area, what it cannot do without, and what some requests need. Connects nothing yet."""
    web = settings.web
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    measured = settings.telemetry.port is not None
    producer = AsyncProducer(
        settings.kafka_client,
        web.acknowledge_limit,
        _RECORDS * web.most_under_way,
        ClientStatistics(measures, GROUP).settings if measured else no_statistics,
    )
    store = Store(settings.documents)
    entrance = Entrance(
        producer,
        Wire(GROUP, contracts, codec),
        store,
        settings.documents.most_bytes,
        scanner_of(settings.documents.scanner),
    )
    keys = _keys(settings)
    limits = Limits(web.most_bytes, web.most_bytes_together, web.most_under_way, web.read_limit)
    beside: Parts = {
        "keys": keys.why_not,
        "store": lambda: None if store.guard.state == "CLOSED" else store.guard.reason,
    }
    attempts = Attempts(settings.database.url)
    return (
        Ingest(entrance, keys, attempts.of, limits, measures),
        {"broker": producer.why_not},
        beside,
    )


def _keys(settings: Settings) -> RequestKeys:
    web = settings.web
    # Longer than anything that is done for a request with a key.
    lease = web.acknowledge_limit + settings.documents.time_limit
    if settings.redis.url is None:
        log.warning(
            "without redis.url, Idempotency-Keys are known to this process only, until it ends"
        )
        return KeysOfOneProcess(web.remember_keys, lease)
    prefix = f"manifold:{settings.namespace}"
    return KeysInRedis(settings.redis, prefix, web.remember_keys, lease)
