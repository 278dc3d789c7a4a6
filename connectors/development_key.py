"""The key that signs tokens for one machine's own development, and what it signs."""

import os
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt import PyJWK
from jwt.algorithms import OKPAlgorithm

from connectors.errors import Misconfigured
from connectors.private_file import written_once

ISSUER = "urn:manifold:development"
_NAME = "development"


def signed(
    key: Path,
    subject: str,
    scopes: Iterable[str],
    *,
    subject_claim: str = "sub",
    audience: str,
    lasts: timedelta,
    tenant: tuple[str, str] | None = None,
) -> str:
    """A token; `tenant`: the claim's name and its value. Makes the key when there is none."""
    began = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        subject_claim: subject,
        "scope": " ".join(scopes),
        "iat": began,
        "exp": began + round(lasts.total_seconds()),
    }
    if tenant is not None:
        claims[tenant[0]] = tenant[1]
    return jwt.encode(claims, _private(key, make=True), "EdDSA", headers={"kid": _NAME})


class DevelopmentKeys:
    """The one public key, once there is one."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path

    async def key(self, name: str | None) -> PyJWK | None:
        """The key."""
        if name != _NAME or not self._path.is_file():
            return None
        public = _private(self._path, make=False).public_key()
        return PyJWK(OKPAlgorithm.to_jwk(public, as_dict=True) | {"kid": _NAME}, "EdDSA")


def _private(path: Path, *, make: bool) -> Ed25519PrivateKey:
    if make and not path.exists():
        made = Ed25519PrivateKey.generate()
        written_once(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Misconfigured(f"others may read {path}: chmod 600 {path}, or delete it")
        found = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"{path} holds no key ({error}): delete it, and it is made anew"
        ) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise Misconfigured(f"{path} holds another kind of key: delete it, and it is made anew")
    return found
