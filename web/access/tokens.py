"""Access tokens (RFC 6750, RFC 9068): whoever brings a valid one is who it says.

Which signature is right is what the settings say, never what the token says; its key is the
issuer's, whichever the token names. Why a token was refused is told in `WWW-Authenticate`.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import jwt
from jwt import PyJWK
from msgspec import Struct
from starlette.requests import HTTPConnection

from connectors.errors import Unavailable
from connectors.web_settings import Algorithm
from web.access.claims import Reading, Unfit, principal_of
from web.principal import Principal
from web.problem import Problem

_LONGEST = 8_192
"""Characters of a token."""
_CHALLENGE = 'Bearer realm="manifold"'


class Keys(Protocol):
    """The public keys of an issuer."""

    async def key(self, name: str | None, /) -> PyJWK | None:
        """The key of that name; None when there is none. Raises Unavailable."""


class Issuer(Struct, frozen=True):
    """Whose tokens are believed."""

    name: str
    """`iss`."""
    audience: str
    """`aud`."""
    keys: Keys
    algorithms: tuple[Algorithm, ...]
    reading: Reading
    leeway: float
    """Seconds that clocks may differ."""


class BearerTokens:
    """Access by the token in `Authorization`."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        """No two of one name."""
        self._issuers: Mapping[str, Issuer] = {each.name: each for each in issuers}

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        """Who brings it. Raises Problem: 401, or 503 while the issuer's keys are not to be had."""
        return await self.holder(bearer(connection))

    async def holder(self, token: str | None) -> Principal:
        """Who a token belongs to. Raises Problem."""
        if token is None:
            raise refused("Send an access token: `Authorization: Bearer …`.", challenge=_CHALLENGE)
        if len(token) > _LONGEST:
            raise invalid("it is too long")
        try:
            header = jwt.get_unverified_header(token)
            unproven = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise invalid("it is no JWT") from None
        issuer = self._issuers.get(_text(unproven.get("iss")) or "")
        if issuer is None:
            raise invalid("its issuer is not believed here")
        claims = await _proved(token, header, issuer, issuer.audience)
        try:
            return principal_of(claims, issuer.reading)
        except Unfit as error:
            raise invalid(str(error)) from None

    async def belongs(self, identity: str, issuer: str, client_id: str, nonce: str) -> None:
        """See that an ID token is that issuer's, for this client and this sign-in. Raises Problem.

        OpenID Connect Core 1.0, 3.1.3.7.
        """
        if len(identity) > _LONGEST:
            raise invalid("it is too long")
        try:
            header = jwt.get_unverified_header(identity)
        except jwt.PyJWTError:
            raise invalid("it is no JWT") from None
        claims = await _proved(identity, header, self._issuers[issuer], client_id)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client_id) != client_id:
            raise invalid("it is for another client")
        if not hmac.compare_digest((_text(claims.get("nonce")) or "").encode(), nonce.encode()):
            raise invalid("it is of another sign-in")


async def _proved(
    token: str, header: Mapping[str, Any], issuer: Issuer, audience: str
) -> Mapping[str, Any]:
    """The claims of a token for an audience. Raises Problem."""
    if header.get("alg") not in issuer.algorithms:
        raise invalid("its algorithm is not accepted here")
    try:
        key = await issuer.keys.key(_text(header.get("kid")))
    except Unavailable as away:
        raise Problem(
            503, "issuer-away", "Tokens cannot be checked", str(away), retry_after=5
        ) from None
    if key is None:
        raise invalid("its key is not its issuer's")
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key=key.key,
            algorithms=list(issuer.algorithms),  # and the kind of the key has to fit
            audience=audience,
            issuer=issuer.name,
            leeway=issuer.leeway,
            options={"require": ["exp", "iss", "aud"]},
        )
    except jwt.ExpiredSignatureError:
        raise invalid("it has expired") from None
    except jwt.InvalidAudienceError:
        raise invalid("it is for another audience") from None
    except jwt.ImmatureSignatureError:
        raise invalid("it is not valid yet") from None
    except jwt.MissingRequiredClaimError as error:
        raise invalid(f"its claim “{error.claim}” is missing") from None
    except (jwt.PyJWTError, TypeError, ValueError, KeyError, OverflowError):
        raise invalid("its signature is wrong") from None
    return claims


def bearer(connection: HTTPConnection) -> str | None:
    """The token a connection brings; None when there is none."""
    given = connection.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else None


def invalid(why: str) -> Problem:
    """The refusal of a token; `why` names no value of it."""
    return refused(
        f"The access token is refused: {why}. Get a new one.",
        challenge=f'{_CHALLENGE}, error="invalid_token"',
    )


def refused(detail: str, *, challenge: str) -> Problem:
    """That somebody has to prove who they are."""
    headers = {"WWW-Authenticate": challenge}
    return Problem(401, "unauthenticated", "Not signed in", detail, headers=headers)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
