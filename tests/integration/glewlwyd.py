"""A real OpenID Connect issuer, Glewlwyd, with one client and one person who may sign in."""

import gzip
import json
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "manifold", "a secret of the client"
PERSON, PASSWORD = "anna", "correct horse"
SCOPES = ("openid", "read", "review")
AUDIENCE = " ".join(SCOPES)
"""Of its access tokens: where no resource is named, the scopes."""

_CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
api_prefix="api"
login_url="login.html"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="/usr/lib/glewlwyd/user_middleware"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
login_api_enabled=true
hash_algorithm="SHA512"
log_mode="file"
log_level="INFO"
log_file="{folder}/log"
database = {{ type = "sqlite3"; path = "{folder}/issuer.db"; }};
"""
_TABLES = Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")
_PATIENCE = 60.0


class Glewlwyd:
    """An issuer that runs."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self.issuer = f"{self._url}/api/oidc"
        """Its name."""

    def set_up(self, back: str) -> None:
        """Make the client, which is sent back to one address only, and the person."""
        with httpx2.Client(base_url=f"{self._url}/api") as admin:
            _checked(admin.post("/auth/", json={"username": "admin", "password": "password"}))
            for scope in SCOPES[1:]:
                wanted = {"name": scope, "display_name": scope, "password_required": False}
                _checked(admin.post("/scope/", json=wanted))
            plugin = {
                "module": "oidc",
                "name": "oidc",
                "display_name": "OpenID Connect",
                "parameters": self._parameters(),
            }
            _checked(admin.post("/mod/plugin/", json=plugin))
            client = {
                "client_id": CLIENT,
                "name": "Manifold",
                "enabled": True,
                "confidential": True,
                "password": SECRET,
                "client_secret": SECRET,
                "redirect_uri": [back],
                "authorization_type": ["code"],
                "token_endpoint_auth_method": ["client_secret_post"],
                "scope": [],
            }
            _checked(admin.post("/client/", json=client))
            person = {
                "username": PERSON,
                "password": PASSWORD,
                "enabled": True,
                "scope": ["g_profile", *SCOPES],
            }
            _checked(admin.post("/user/", json=person))

    def signed_in(self, where: str) -> str:
        """Where a browser is sent that was sent there, and whose person has signed in."""
        with httpx2.Client() as browser:
            asked = browser.get(where)
            assert asked.status_code == 302, asked.text
            if urlsplit(asked.headers["location"]).path != "/login.html":
                return str(asked.headers["location"])
            given = {"username": PERSON, "password": PASSWORD}
            _checked(browser.post(f"{self._url}/api/auth/", json=given))
            granted = {"scope": AUDIENCE}
            _checked(browser.put(f"{self._url}/api/auth/grant/{CLIENT}", json=granted))
            back = browser.get(f"{where}&g_continue")
            assert back.status_code == 302, back.text
            return str(back.headers["location"])

    def _parameters(self) -> dict[str, Any]:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key = {**RSAAlgorithm.to_jwk(private, as_dict=True), "kid": "first", "alg": "RS256"}
        return {
            "iss": self.issuer,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "jwks-private": json.dumps({"keys": [key]}),
            "default-kid": "first",
            "jwks-show": True,
            "access-token-duration": 600,
            "refresh-token-duration": 600,
            "code-duration": 60,
            "refresh-token-rolling": False,
            "allow-non-oidc": True,
            "auth-type-code-enabled": True,
            "auth-type-code-revoke-replayed": True,
            "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": False,
            "auth-type-none-enabled": False,
            "auth-type-password-enabled": False,
            "auth-type-client-enabled": False,
            "auth-type-device-enabled": False,
            "auth-type-refresh-enabled": False,
            "pkce-allowed": True,
            "pkce-method-plain-allowed": False,
            "pkce-required": True,
            "oauth-as-iss-id": True,
            "subject-type": "public",
        }


@contextmanager
def glewlwyd(folder: Path) -> Iterator[Glewlwyd]:
    """An issuer of the tests' own, which ends with them."""
    if shutil.which("glewlwyd") is None:
        pytest.fail("these tests need an issuer: apt-get install glewlwyd")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with closing(sqlite3.connect(folder / "issuer.db")) as database:
        database.executescript(gzip.decompress(_TABLES.read_bytes()).decode())
    config = folder / "issuer.conf"
    config.write_text(_CONFIG.format(port=port, folder=folder))
    process = subprocess.Popen(["glewlwyd", "--config-file", str(config)])
    try:
        until = time.monotonic() + _PATIENCE
        while not _answers(port):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        yield Glewlwyd(port)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/config").status_code == 200
    except httpx2.TransportError:
        return False


def _checked(answer: httpx2.Response) -> None:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text}"
