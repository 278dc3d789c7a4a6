"""A connection to Redis that nobody waits for long."""

from typing import Any

from redis import Redis as Client
from redis import asyncio
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from connectors.settings import InvalidSettings, Redis

_PATIENCE = 0.1
"""Seconds for connecting, and for an answer."""
_TLS_PATIENCE = 0.5
"""The same where two more ways go before the first answer."""
_SHARED_PATIENCE = 1.0
"""Theirs: it also runs while a busy loop is at other things."""


def redis_client(settings: Redis) -> Client:
    """Connect nothing yet. Raises InvalidSettings for an address that is none."""
    try:
        client = Client.from_url(**_options(settings), retry=Retry(NoBackoff(), 0))
        client.connection_pool.make_connection()  # which says that an option is unknown
        return client
    except (ValueError, TypeError, RedisError):
        raise _no_address() from None


def redis_client_async(settings: Redis, connections: int = 8) -> asyncio.Redis:
    """The same for those who wait for many things at once: they share some connections."""
    try:
        options = _options(settings)
        pool = asyncio.BlockingConnectionPool.from_url(
            **options
            | {"socket_timeout": _SHARED_PATIENCE, "socket_connect_timeout": _SHARED_PATIENCE},
            max_connections=connections,
            timeout=_SHARED_PATIENCE,
            # A connection that was closed while idle is no failure.
            retry=asyncio.retry.Retry(NoBackoff(), 1),
        )
        pool.make_connection()  # type: ignore[no-untyped-call]  # redis leaves it untyped
        return asyncio.Redis.from_pool(pool)
    except (ValueError, TypeError, RedisError):
        raise _no_address() from None


def _options(settings: Redis) -> dict[str, Any]:
    url = settings.url or ""
    over_tls = url.startswith("rediss://")
    patience = _TLS_PATIENCE if over_tls else _PATIENCE
    options: dict[str, Any] = {
        "url": url,
        "protocol": 2,
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
    }
    files = {
        "ssl_ca_certs": settings.ca,
        "ssl_certfile": settings.certificate,
        "ssl_keyfile": settings.key,
    }
    given = {name: str(path) for name, path in files.items() if path is not None}
    if given and not over_tls:
        raise InvalidSettings("redis.ca, redis.certificate and redis.key need a rediss:// address")
    if (settings.certificate is None) != (settings.key is None):
        raise InvalidSettings("redis.certificate and redis.key need each other")
    for name, path in given.items():
        try:
            open(path, "rb").close()
        except OSError as error:
            setting = {"ssl_ca_certs": "ca", "ssl_certfile": "certificate", "ssl_keyfile": "key"}
            raise InvalidSettings(
                f"redis.{setting[name]}: {path} cannot be read ({error.strerror})"
            ) from None
    if over_tls:
        options |= given | {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    return options


def _no_address() -> InvalidSettings:
    return InvalidSettings("redis.url: not an address such as redis://:PASSWORD@HOST:6379/0")
