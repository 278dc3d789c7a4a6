"""Messages signed as Standard Webhooks has it, and where they may be sent.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

>>> sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330,
...     b'{"test": 2432232314}')["webhook-signature"]
'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

_PREFIX = "whsec_"
_LEAST = 24
"""Bytes of a secret, as the specification wants it."""


def sign(secret: str, message_id: str, seconds: int, body: bytes) -> Mapping[str, str]:
    """The headers of a message; `seconds`: Unix time at which it is sent."""
    signed = f"{message_id}.{seconds}.".encode() + body
    made = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{made}",
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def check_webhook(url: str, secret: str, *, allow_http: bool) -> None:
    """Raises ValueError, which quotes neither, where messages may not be sent so."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("url is no address") from None
    if not host or parts.username or parts.password:
        raise ValueError("url has to be https://HOST/PATH, without a user: messages are signed")
    if parts.scheme != "https" and not allow_http and not _is_loopback(host):
        raise ValueError("url has to begin with https://, or set allow_http where that is safe")
    try:
        key = _key(secret)
    except (binascii.Error, ValueError):
        raise ValueError("secret has to be whsec_ and base64") from None
    if len(key) < _LEAST:
        raise ValueError(
            f"secret is too short: take whsec_ and {_LEAST} bytes or more in base64, "
            "as `openssl rand -base64 32` makes them"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
