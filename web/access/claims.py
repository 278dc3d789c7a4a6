"""What the claims of a valid token say of who holds it.

>>> reading = Reading(tenant_claim="org", scope_prefix="manifold:")
>>> claims = {"sub": "anna", "org": "north", "scope": "openid manifold:read", "exp": 1_800_000_000}
>>> principal_of(claims, reading)
Principal(subject='anna', tenant='north', scopes=frozenset({'read'}), until=1800000000)
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from web.principal import SCOPES, Principal, Scope

_LONGEST = 256
"""Characters of a subject or a tenant: they become keys and columns."""


class Unfit(Exception):
    """A token is genuine and says too little; the text says what is lacking, and no value."""


class Reading(Struct, frozen=True):
    """Which claims say what."""

    subject_claim: str = "sub"
    tenant_claim: str | None = None
    scope_prefix: str = ""


def principal_of(claims: Mapping[str, Any], reading: Reading) -> Principal:
    """Who it is. Raises Unfit.

    Scopes are those of `scope` (RFC 8693: text with spaces) and `scp` (text or a list); what is
    none of ours is left out. A token without the tenant that is asked for belongs to nobody.
    """
    subject = _text(claims, reading.subject_claim)
    tenant = None if reading.tenant_claim is None else _text(claims, reading.tenant_claim)
    return Principal(subject, tenant, frozenset(_scopes(claims, reading)), int(claims["exp"]))


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST or not found.isprintable():
        raise Unfit(f"its claim “{name}” is missing, or is no text of up to {_LONGEST} characters")
    return found


def _scopes(claims: Mapping[str, Any], reading: Reading) -> Iterator[Scope]:
    given: list[str] = []
    for name in ("scope", "scp"):
        found = claims.get(name)
        if isinstance(found, str):
            given += found.split()
        elif isinstance(found, list):
            given += [each for each in found if isinstance(each, str)]
    return (scope for scope in SCOPES if reading.scope_prefix + scope in given)
