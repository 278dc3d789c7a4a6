"""Settings of the web application: where it listens, whom it believes, what it bears."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.duration import Duration

Algorithm: TypeAlias = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Signatures by a private key only: `none` and shared secrets cannot even be configured."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tokens(_Section):
    """Whose access tokens are believed, and what they say."""

    issuer: str | None = Field(default=None, pattern="^https?://")
    """`iss` of the tokens; without one, and without `development`, nobody is asked for one."""
    audience: str = "manifold"
    """`aud` of the tokens: this installation. Tokens for others are refused."""
    keys: str | None = None
    """JWKS, by its address or in a file; without, what the issuer's discovery document names."""
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256", "EdDSA"), min_length=1)
    """Signatures that are accepted, whatever a token asks for."""
    subject_claim: str = "sub"
    """Says who it is."""
    tenant_claim: str | None = None
    """Says whose invoices they may see; without, the installation has one tenant only."""
    scope_prefix: str = ""
    """What the issuer puts before `submit`, `read`, `review` and `admin`, such as `manifold:`."""
    leeway: Duration = Field(
        default=timedelta(seconds=30), ge=timedelta(0), le=timedelta(seconds=120)
    )
    """How much clocks may differ."""
    development: bool = False
    """Believe what `manifold token` signs as well. Never where others can read the key."""
    development_key: Path = Path(".manifold/token-key.pem")
    """The key of `manifold token`, made when it is first needed."""


class SignIn(_Section):
    """Signing in with a browser, by the issuer's authorization code flow with PKCE."""

    client_id: str | None = None
    """Of this application at `web.tokens.issuer`; without, browsers do not sign in there."""
    client_secret: SecretStr | None = None
    """Where the issuer wants one of clients that can keep it."""
    scopes: tuple[str, ...] = ("openid",)
    """Asked for; the issuer's names, as `openid manifold:read manifold:review`."""
    public_url: str | None = Field(default=None, pattern="^https?://[^/]+$")
    """Where browsers see this application, `https://HOST`, without a path."""
    keys: Path = Path(".manifold/session-keys.json")
    """Keys that seal the cookies, made when there are none; all processes need the same."""
    idle: Duration = Field(default=timedelta(minutes=30), ge=timedelta(seconds=2))
    """After so long without a request somebody has to sign in again."""
    longest: Duration = Field(default=timedelta(hours=10), ge=timedelta(seconds=2))
    """And after so long in any case."""


class Limits(_Section):
    """What one client may ask for."""

    requests_per_second: float = Field(default=1_000.0, gt=0)
    """Of one subject, all processes together where there is a Redis, on the average."""
    burst: int = Field(default=2_000, ge=1)
    """Of one subject at once."""
    refusals_per_minute: int = Field(default=60, ge=1)
    """Requests without a valid token from one address; then it has to wait."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed."""
    most_bytes: int = Field(default=52_000_000, ge=1)
    """Of the body of one request that brings an invoice."""
    most_bytes_elsewhere: int = Field(default=2_000_000, ge=1)
    """Of any other body, which is parsed whole."""
    body_time: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))
    """Within which a body has to be here, whole."""
    silence: Duration = Field(default=timedelta(seconds=10), gt=timedelta(0))
    """Longest pause within a body."""
    connections: int = Field(default=2_000, ge=1)
    """At a time; more are answered with 503."""
    streams: int = Field(default=50, ge=1)
    """Of one subject at a time: requests that are followed, and WebSockets. All subjects together
    have at most three quarters of `connections`."""


class Web(_Section):
    """Where `manifold serve` listens, whom it believes and what it bears."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all, which takes an issuer of tokens."""
    port: int = Field(default=8080, ge=0, le=65_535)
    finish: Duration = Field(default=timedelta(seconds=20), ge=timedelta(0))
    """How long requests under way may take when it is told to stop."""
    most_bytes: int = Field(default=20_000_000, ge=1_000, le=1_000_000_000)
    """Largest invoice or document that is taken."""
    most_bytes_together: int = Field(default=200_000_000, ge=1_000)
    """Of all invoices and documents that are being taken; beyond, others have to wait."""
    most_under_way: int = Field(default=200, ge=1, le=100_000)
    """Invoices that are being taken at once; beyond, others are told to come again."""
    read_limit: Duration = Field(default=timedelta(seconds=30), gt=timedelta(0))
    """For a client to send its body."""
    acknowledge_limit: Duration = Field(default=timedelta(seconds=5), ge=timedelta(seconds=0.1))
    """For Kafka to acknowledge an invoice; then nobody knows whether it has been written."""
    remember_keys: Duration = Field(default=timedelta(hours=24), ge=timedelta(minutes=1))
    """How long a request with an `Idempotency-Key` is answered the same again."""
    review_lease: Duration = Field(default=timedelta(minutes=10), gt=timedelta(0))
    """How long a review is a person's who does nothing."""
    review_undo: Duration = Field(default=timedelta(seconds=8), ge=timedelta(0))
    """How long an answer can be taken back before it is published."""
    everybody: bool = False
    """Let whoever reaches it do everything, on any address and without tokens: for a container
    whose port nobody but this machine can reach."""
    tokens: Tokens = Tokens()
    sign_in: SignIn = SignIn()
    limits: Limits = Limits()
