"""A connection to Redis that nobody waits for long."""

from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from connectors.settings import InvalidSettings

_PATIENCE = 0.1
"""Seconds for connecting, and for an answer."""


def redis_client(url: str) -> Client:
    """Connect nothing yet. Raises InvalidSettings for an address that is none."""
    try:
        client = Client.from_url(
            url,
            protocol=2,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        client.connection_pool.make_connection()  # which says that an option is unknown
        return client
    except (ValueError, TypeError):
        raise InvalidSettings(
            "redis.url: not an address such as redis://:PASSWORD@HOST:6379/0"
        ) from None
