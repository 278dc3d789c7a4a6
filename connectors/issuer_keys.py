"""The public keys of an issuer of tokens: from its JWKS, by address or in a file.

They are fetched when a key is named that is not known, and not more often than now and then: who
sends invented names must not make us ask the issuer each time. While the issuer is away, the keys
that are known stay known. Known keys that are no longer fresh are fetched beside the requests.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from jwt import PyJWK
from jwt.exceptions import PyJWKError, PyJWTError

from connectors.errors import Unavailable
from connectors.logs import Log
from connectors.settings import InvalidSettings

log = Log(__name__)

_PATIENCE = 3.0
_MOST_BYTES = 262_144
_PAUSE = 10.0
"""Seconds between two fetches at least."""
_FRESH = 3_600.0
"""Seconds after which keys are fetched again: one that the issuer has withdrawn has to go."""
_LONG = 2 * _FRESH
"""Seconds without having asked the issuer, as nobody came: then the first who comes waits for it,
lest a key that was withdrawn long ago opens the door once more."""


class IssuerAway(Unavailable):
    """The issuer's keys are not to be had. Nothing is known of the token: try later."""


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own and nobody else's.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "a.example")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def secure(url: str, setting: str) -> str:
    """The address, which has to be https unless it is this machine's. Raises InvalidSettings."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise InvalidSettings(
            f"{setting}: write https://; http is for this machine's own addresses"
        )
    return url


class FileKeys:
    """Keys of a JWKS file, read anew when it has changed."""

    def __init__(self, path: Path) -> None:
        """Raises InvalidSettings when there are none in it."""
        self._path = path
        self._at = 0
        try:
            self._read()
        except (OSError, ValueError) as error:
            raise InvalidSettings(
                f"web.tokens.keys: {self._path} is no JWKS that can be read ({error})"
            ) from None

    async def key(self, name: str | None) -> PyJWK | None:
        """The key of that name; None when there is none."""
        try:
            if self._path.stat().st_mtime_ns != self._at:
                self._read()
        except (OSError, ValueError) as error:
            # It is being written, or wrong: what was read before stays.
            log.warning("the issuer's keys were not read", because=type(error).__name__)
        return _found(self._keys, name)

    def _read(self) -> None:
        self._at = self._path.stat().st_mtime_ns
        self._keys = _keys(self._path.read_bytes())


class FetchedKeys:
    """Keys of an address, kept."""

    def __init__(
        self,
        keys: str | None,
        issuer: str,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect nothing yet. `keys`: the address; without, the issuer's discovery says it."""
        self._url = None if keys is None else secure(keys, "web.tokens.keys")
        self._issuer = secure(issuer, "web.tokens.issuer")
        self._clock = clock
        self._transport = transport
        self._keys: Mapping[str, PyJWK] = {}
        self._tried: float | None = None
        self._fetched: float | None = None
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, name: str | None) -> PyJWK | None:
        """The key of that name; None when the issuer has none. Raises IssuerAway."""
        found = _found(self._keys, name)
        if found is not None and not self._unasked():
            if self._stale() and self._may_try():
                self._refresh()
            return found
        async with self._lock:
            found = _found(self._keys, name)
            if (found is None or self._unasked()) and self._may_try():
                await self._fetch()
                found = _found(self._keys, name)
        if found is None and self._fetched is None:
            raise IssuerAway("the keys of the issuer of tokens cannot be had: try again later")
        return found

    def _refresh(self) -> None:
        """Fetch them beside the requests: an issuer that is away keeps nobody waiting."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refreshed())

    async def _refreshed(self) -> None:
        async with self._lock:
            if self._may_try():
                await self._fetch()

    def _stale(self) -> bool:
        return self._fetched is not None and self._clock() - self._fetched > _FRESH

    def _unasked(self) -> bool:
        return self._tried is not None and self._clock() - self._tried >= _LONG

    def _may_try(self) -> bool:
        return self._tried is None or self._clock() - self._tried >= _PAUSE

    async def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            async with httpx2.AsyncClient(
                timeout=_PATIENCE, follow_redirects=False, transport=self._transport
            ) as client:
                if self._url is None:
                    told = await discovered(client, self._issuer)
                    self._url = secure(str(told.get("jwks_uri")), "jwks_uri of the issuer")
                keys = _keys(await fetched(client, self._url))
        except (httpx2.HTTPError, ValueError, InvalidSettings) as error:
            kept = len(self._keys)
            log.warning("the issuer's keys were not had", because=type(error).__name__, kept=kept)
            return
        self._keys = keys
        self._fetched = self._tried


async def fetched(client: httpx2.AsyncClient, url: str) -> bytes:
    """The body of an answer, of which there is not too much. Raises ValueError and HTTPError."""
    async with client.stream("GET", url) as response:
        response.raise_for_status()
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > _MOST_BYTES:
                raise ValueError("it is too large")
    return content


async def discovered(client: httpx2.AsyncClient, issuer: str) -> dict[str, Any]:
    """What an issuer says of itself (OpenID Connect Discovery 1.0). Raises like `fetched`."""
    content = await fetched(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    told = json.loads(content)
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise ValueError("it says that it is another issuer")
    return told


def _found(keys: Mapping[str, PyJWK], name: str | None) -> PyJWK | None:
    if name is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(name)


def _keys(content: bytes) -> dict[str, PyJWK]:
    """The public keys for signatures by their names. Raises ValueError when there are none."""
    told = json.loads(content)
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise ValueError("there is no list “keys” in it")
    found: dict[str, PyJWK] = {}
    for each in listed:
        # A shared secret in a public place is nobody's signature.
        if (
            not isinstance(each, dict)
            or each.get("kty") == "oct"
            or each.get("use", "sig") != "sig"
        ):
            continue
        try:
            found[str(each.get("kid", ""))] = PyJWK(each)
        except (PyJWKError, PyJWTError):
            continue
    if not found:
        raise ValueError("there is no key for signatures in it")
    return found
