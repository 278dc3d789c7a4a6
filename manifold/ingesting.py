"""The area that takes invoices, put together from the settings."""

from collections.abc import Callable, Mapping

from connectors.async_producer import AsyncProducer
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.entrance import Entrance
from connectors.logs import Log
from connectors.measures import Measures
from connectors.object_store import Store
from connectors.redis_request_keys import KeysInRedis
from connectors.registry import schema_ids
from connectors.request_keys import KeysOfOneProcess, RequestKeys
from connectors.settings import Settings
from connectors.wire import Wire
from web.ingest import Ingest, Limits

log = Log(__name__)

GROUP = "web"
_RECORDS = 2
"""Records on their way to Kafka for each request that may be under way: more are stuck."""


def ingest(
    settings: Settings, measures: Measures
) -> tuple[Ingest, Mapping[str, Callable[[], str | None]]]:
    """The area, and by the name of a part what keeps it from working. Connects nothing yet."""
    web = settings.web
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    producer = AsyncProducer(
        settings.kafka_client, web.acknowledge_limit, _RECORDS * web.most_under_way
    )
    store = Store(settings.documents)
    entrance = Entrance(
        producer, Wire(GROUP, contracts, codec), store, settings.documents.most_bytes
    )
    keys = _keys(settings)
    limits = Limits(web.most_bytes, web.most_bytes_together, web.most_under_way, web.read_limit)
    parts = {
        "broker": producer.why_not,
        "keys": keys.why_not,
        "store": lambda: None if store.guard.state == "CLOSED" else store.guard.reason,
    }
    return Ingest(entrance, keys, limits, measures), parts


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
    return KeysInRedis(settings.redis.url, prefix, web.remember_keys, lease)
