"""An issuer of the tests' own: keys of several kinds, and tokens in every shape."""

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NAME = "https://issuer.example"
AUDIENCE = "manifold"

_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_KEYS: dict[str, tuple[Any, Any]] = {
    "RS256": (_RSA, RSAAlgorithm),
    "PS256": (_RSA, RSAAlgorithm),
    "ES256": (ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    "EdDSA": (Ed25519PrivateKey.generate(), OKPAlgorithm),
}


def public_pem(algorithm: str) -> bytes:
    public = _KEYS[algorithm][0].public_key()
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def jwks(*algorithms: str, **further: Any) -> bytes:
    """The public keys, each called by its algorithm."""
    keys = []
    for algorithm in algorithms or ("RS256", "ES256", "EdDSA"):
        private, kind = _KEYS[algorithm]
        public = kind.to_jwk(private.public_key(), as_dict=True)
        keys.append({**public, "kid": algorithm, "use": "sig", **further})
    return json.dumps({"keys": keys}).encode()


def claims(**other: Any) -> dict[str, Any]:
    """Those of a good token; None takes one away."""
    now = int(time.time())
    good = {
        "iss": NAME,
        "aud": AUDIENCE,
        "sub": "anna",
        "org": "north",
        "scope": "openid read review",
        "exp": now + 600,
        "iat": now,
    }
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def token(algorithm: str = "RS256", kid: str | None = None, **other: Any) -> str:
    headers = {"kid": kid or algorithm}
    return jwt.encode(claims(**other), _KEYS[algorithm][0], algorithm, headers=headers)
