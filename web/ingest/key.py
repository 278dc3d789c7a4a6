"""What makes two requests the same: the key a client gives, and what it sends.

The request id follows from them, so that the same request sent again, whatever has become of the
first, is the same request to everybody behind us too, and is decided once.
"""

import re
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from msgspec import Struct, json

from connectors.einvoice.uploaded import Given
from web.principal import Principal
from web.problem import Problem

HEADER = "Idempotency-Key"
_SPACE = UUID("6f3b5c1e-8a53-4c0b-9a86-3f0d5a0f4c11")
"""Names in it are ours."""
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
"""A string of structured fields (RFC 9651)."""
_BARE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]+")
_LONGEST = 255


class Key(Struct, frozen=True):
    """A request of a client: its key, and the fingerprint of what it says."""

    key: str
    """Stands for the principal and the key; tells nobody what it was."""
    fingerprint: str
    """Of what was sent, whatever it was wrapped in."""
    request_id: str
    """Follows from both."""
    given: str
    """As the client gave it, or would have to."""


def given_key(header: str | None) -> str | None:
    """The key in a header; the draft wants quotes, which many clients leave out.

    >>> given_key('"8e03978e"'), given_key("8e03978e"), given_key(None)
    ('8e03978e', '8e03978e', None)
    """
    if header is None:
        return None
    header = header.strip()
    quoted = _QUOTED.fullmatch(header)
    found = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header
    if not 0 < len(found) <= _LONGEST or not (quoted or _BARE.fullmatch(header)):
        raise Problem(
            400,
            "idempotency-key",
            "The Idempotency-Key is none",
            f'Give 1 to {_LONGEST} ASCII characters in quotes: {HEADER}: "8e03978e-40d5"',
        )
    return found


def key_of(who: Principal, header: str | None, content: bytes, given: Given) -> Key:
    """What identifies a request; one that brings no key is given one."""
    key = given_key(header)
    wanted = key if key is not None else str(uuid4())
    name = _name(who.tenant, who.subject, wanted)
    fingerprint = _fingerprint(content, given)
    return Key(name, fingerprint, str(uuid5(_SPACE, f"{name} {fingerprint}")), wanted)


def key_of_attempt(
    who: Principal, request_id: str, attempt: int, content: bytes, given: Given
) -> Key:
    """What identifies a correction: its request and its number, whoever of a tenant sends it."""
    name = _name(who.tenant, "attempt", request_id, str(attempt))
    return Key(name, _fingerprint(content, given), request_id, "")


def _name(*parts: str | None) -> str:
    return sha256(json.encode(parts)).hexdigest()


def _fingerprint(content: bytes, given: Given) -> str:
    return sha256(json.encode([given, sha256(content).hexdigest()])).hexdigest()
