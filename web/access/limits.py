"""How often one may ask: each subject by itself, and each address without a valid proof."""

from hashlib import sha256

from starlette.requests import HTTPConnection

from connectors.token_bucket import Bucket, Buckets, Taken
from web.principal import Access, Principal
from web.problem import Problem

_UNAUTHORIZED = 401


class Limited:
    """Access that counts."""

    def __init__(
        self, access: Access, buckets: Buckets, of_subjects: Bucket, of_refusals: Bucket
    ) -> None:
        """Whom `access` lets in takes from their own bucket; others from their address'."""
        self._access = access
        self._buckets = buckets
        self._of_subjects = of_subjects
        self._of_refusals = of_refusals

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """The principal. Raises Problem with status 401 or 429."""
        try:
            who = await self._access(connection)
        except Problem as problem:
            # Who brings nothing has guessed nothing: they are only told where to sign in.
            if problem.status == _UNAUTHORIZED and "authorization" in connection.headers:
                await self.refused(connection)
            raise
        connection.state.principal = who
        await self._count(connection, self._of_subjects, f"{who.tenant or ''}/{who.subject}")
        return who

    async def refused(self, connection: HTTPConnection) -> None:
        """Somebody at an address could not prove who they are. Raises Problem with status 429."""
        await self._count(connection, self._of_refusals, address(connection))

    async def _count(self, connection: HTTPConnection, bucket: Bucket, client: str) -> None:
        # Hashed, so that nobody's name or address lies about in Redis.
        taken = await self._buckets.take(bucket, sha256(client.encode()).hexdigest()[:32])
        connection.state.rate_limit = headers(bucket, taken)
        if not taken.allowed:
            raise Problem(
                429,
                "rate-limit",
                "Too many requests",
                f"Wait {taken.wait} s, and ask less often than {bucket.rate:g} times a second.",
                retry_after=taken.wait,
            )


def headers(bucket: Bucket, taken: Taken) -> tuple[tuple[bytes, bytes], ...]:
    """What is left, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    policy = f'"{bucket.name}";q={bucket.burst};w={bucket.window}'
    rest = f'"{bucket.name}";r={taken.left}' + (f";t={taken.wait}" if taken.wait else "")
    return (b"ratelimit-policy", policy.encode()), (b"ratelimit", rest.encode())


def address(connection: HTTPConnection) -> str:
    """Where a connection is from; behind the proxies that are believed, where they say it is."""
    return connection.client.host if connection.client else ""
