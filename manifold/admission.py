"""Who is let into the web application, put together from the settings."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from msgspec import Struct
from redis.asyncio import Redis as RedisClient

from connectors import keyring
from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.development_key import ISSUER, DevelopmentKeys
from connectors.ended_sessions import EndedHere, EndedInRedis, EndedSessions
from connectors.issuer_keys import FetchedKeys, FileKeys, is_loopback
from connectors.redis_client import redis_client_async
from connectors.schema_ids import schema_ids
from connectors.security_event import Gathered, SecurityEvent, kafka_writer, writing
from connectors.settings import InvalidSettings, Settings
from connectors.token_bucket import Bucket, Buckets, MemoryBuckets, RedisBuckets
from connectors.web_settings import Algorithm, Tokens, Web
from web.access.bodies import BoundedBodies, Bounds
from web.access.claims import Reading
from web.access.headers import SecurityHeaders
from web.access.limits import Limited
from web.access.same_origin import SameOrigin
from web.access.sessions import Sessions, Signing, TokenOrSession
from web.access.sign_in import Flow, SignInArea
from web.access.tokens import BearerTokens, Issuer, Keys
from web.access.trail import TrailArea, Trailed
from web.app import Area
from web.pages.rendering import Pages
from web.principal import Access, Everybody

_MINUTE = 60.0


class Admission(Struct, frozen=True):
    """Whoever is let in, the routes by which people come, and the trail of it."""

    access: Access
    areas: tuple[Area, ...]
    trail: Gathered


def admission(settings: Settings, pages: Pages) -> Admission:
    """Who is let in. Raises InvalidSettings; connects nothing.

    Without an issuer everybody is, so that is for this machine's own addresses only.
    """
    web, redis = settings.web, settings.redis
    trail = Gathered()
    written = TrailArea(lambda: writing(trail, _writer(settings)))
    client = None if redis.url is None else redis_client_async(redis)
    issuers = _issuers(web.tokens)
    if not issuers:
        _refuse_network(web)
        everybody = Everybody()
        return Admission(_limited(everybody, web, client, settings.namespace), (written,), trail)
    tokens = BearerTokens(issuers)
    if web.sign_in.client_id is None and not web.tokens.development:
        access = _limited(tokens, web, client, settings.namespace)
        return Admission(access, (written,), trail)
    signing = _signing(web)
    ended: EndedSessions = (
        EndedHere() if client is None else EndedInRedis(client, settings.namespace)
    )
    ring = keyring.read_or_made(web.sign_in.keys)
    sessions = Sessions(ring.for_("session"), signing, ended)
    access = _limited(TokenOrSession(tokens, sessions), web, client, settings.namespace)
    flow = _flow(web)
    area = SignInArea(
        sessions,
        tokens,
        signing,
        ring.for_("sign-in"),
        flow,
        pages,
        takes_tokens=web.tokens.development,
        refused=access.refused,
    )
    return Admission(access, (area, written), trail)


def guarded(app: FastAPI, web: Web, trail: Gathered) -> None:
    """Put in front of an application what every request has to pass."""
    limits = web.limits
    bounds = Bounds(
        limits.most_bytes,
        limits.body_time.total_seconds(),
        limits.silence.total_seconds(),
        limits.most_bytes_elsewhere,
    )
    # The last one added is the first that a request meets.
    app.add_middleware(SameOrigin, hosts=_hosts(web))
    app.add_middleware(BoundedBodies, bounds=bounds)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Trailed, gathered=trail)


def _writer(settings: Settings) -> Callable[[list[SecurityEvent]], None]:
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    return kafka_writer(settings.kafka_client, contracts, codec)


def _limited(access: Access, web: Web, client: RedisClient | None, namespace: str) -> Limited:
    limits = web.limits
    buckets: Buckets = MemoryBuckets() if client is None else RedisBuckets(client, namespace)
    return Limited(
        access,
        buckets,
        Bucket("subject", limits.requests_per_second, limits.burst),
        Bucket("refusals", limits.refusals_per_minute / _MINUTE, limits.refusals_per_minute),
    )


def _issuers(tokens: Tokens) -> list[Issuer]:
    reading = Reading(tokens.subject_claim, tokens.tenant_claim, tokens.scope_prefix)
    leeway = tokens.leeway.total_seconds()

    def issuer(name: str, keys: Keys, *algorithms: Algorithm) -> Issuer:
        return Issuer(name, tokens.audience, keys, algorithms, reading, leeway)

    found = []
    if tokens.issuer is not None:
        found.append(issuer(tokens.issuer, _keys(tokens.issuer, tokens.keys), *tokens.algorithms))
    if tokens.development:
        found.append(issuer(ISSUER, DevelopmentKeys(tokens.development_key), "EdDSA"))
    return found


def _keys(issuer: str, where: str | None) -> Keys:
    if where is None or "://" in where:
        return FetchedKeys(where, issuer)
    return FileKeys(Path(where))


def _refuse_network(web: Web) -> None:
    if not is_loopback(web.host) and not web.everybody:
        raise InvalidSettings(
            f"web.host: {web.host} is for others too, and without tokens whoever reaches it may do "
            "everything. Name an issuer (web.tokens.issuer), or listen on 127.0.0.1"
        )


def _signing(web: Web) -> Signing:
    sign_in = web.sign_in
    secure = (sign_in.public_url or "").startswith("https://") or not is_loopback(web.host)
    if sign_in.public_url is not None and not secure:
        host = urlsplit(sign_in.public_url).hostname or ""
        if not is_loopback(host):
            raise InvalidSettings("web.sign_in.public_url: write https://, or cookies are not safe")
    return Signing(
        round(sign_in.idle.total_seconds()), round(sign_in.longest.total_seconds()), secure
    )


def _flow(web: Web) -> Flow | None:
    sign_in, issuer = web.sign_in, web.tokens.issuer
    if sign_in.client_id is None:
        return None
    if issuer is None or sign_in.public_url is None:
        raise InvalidSettings(
            "web.sign_in.client_id: signing in also needs web.tokens.issuer and "
            "web.sign_in.public_url"
        )
    secret = sign_in.client_secret.get_secret_value() if sign_in.client_secret else None
    return Flow(issuer, sign_in.client_id, secret, sign_in.scopes, sign_in.public_url)


def _hosts(web: Web) -> frozenset[str] | None:
    """The names it may be asked by; without this a page of any name that points here could."""
    if web.sign_in.public_url is not None:
        return frozenset({urlsplit(web.sign_in.public_url).hostname or "", "localhost"})
    return frozenset({"localhost"}) if is_loopback(web.host) or web.everybody else None
