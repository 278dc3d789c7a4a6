"""Settings: one frozen object, read once, from the environment and `manifold.toml`."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from connectors.duration import Duration
from connectors.errors import Misconfigured
from connectors.model_settings import Model
from connectors.sealable import sealed_columns
from connectors.signature import check_webhook
from connectors.web_settings import Web

FILE = "manifold.toml"


class InvalidSettings(Misconfigured):
    """Settings that cannot be used; the text says which and why."""


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Names and values as librdkafka has them; TOML reads dotted names as nested tables."""
    for key, value in settings.items():
        name = prefix + key.lower()
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name if name == "log_level" else name.replace("_", "."), str(value)


def _librdkafka_names(value: object) -> object:
    return dict(_flat(value)) if isinstance(value, Mapping) else value


def _named_alike(found: dict[str, Any]) -> dict[str, Any]:
    """A source's settings with Kafka's named as in all sources, so that they replace each other."""
    return {**found, "kafka": _librdkafka_names(found["kafka"])} if "kafka" in found else found


class _File(TomlConfigSettingsSource):
    def __call__(self) -> dict[str, Any]:
        return _named_alike(super().__call__())


class _Environment(EnvSettingsSource):
    def __call__(self) -> dict[str, Any]:
        return _named_alike(super().__call__())


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registry(_Section):
    """Where schema ids come from."""

    url: str | None = None
    """A Confluent-compatible registry; without one the ids of `schemas/lock.json` are used."""
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    """Sent as `Authorization: Bearer`, instead of a user and a password."""


class Database(_Section):
    """Where `collect` writes."""

    url: str = Field(default="sqlite:///.manifold/manifold.db", repr=False)
    """`sqlite:///PATH` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`."""
    sealed: tuple[str, ...] = ()
    """Columns sealed with `documents.keys`, as `open_review.asked`; `all` for all that can be."""

    @model_validator(mode="after")
    def _sealable(self) -> Self:
        sealed_columns(self.sealed)
        return self


def _texts(value: object) -> object:
    """Names in small letters and values as text: TOML has truth values and numbers as well."""
    if not isinstance(value, Mapping):
        return value
    return {
        str(name).lower(): str(given).lower() if isinstance(given, bool | int) else given
        for name, given in value.items()
    }


def _said(place: tuple[int | str, ...], message: str) -> str:
    """What is wrong where; what a validator of ours says of all settings names the place itself.

    >>> _said(("documents", "read_memory"), "Input should be greater than or equal to 0")
    'documents.read_memory: Input should be greater than or equal to 0'
    >>> _said((), "Value error, database.sealed needs documents.keys")
    'database.sealed needs documents.keys'
    """
    return ": ".join(
        part for part in (".".join(map(str, place)), message.removeprefix("Value error, ")) if part
    )


class Scanner(_Section):
    """ClamAV, which documents are shown to before they are stored, and before they are read."""

    address: str | None = Field(
        default=None, pattern=r"^(unix:/.+|[^/:\s]+:\d+|\[[0-9a-f:]+\]:\d+)$"
    )
    """`unix:/run/clamav/clamd.ctl` or HOST:PORT; without, nothing is scanned."""
    time_limit: Duration = Field(default=timedelta(seconds=20), gt=timedelta(0))
    """For one document."""


class Documents(_Section):
    """Where documents are kept until they are read, and after."""

    url: str = ".manifold/documents"
    """A folder, or `file:///…`, `s3://BUCKET/…`, `gs://BUCKET/…`, `az://CONTAINER/…`, `memory://`."""
    options: Annotated[dict[str, SecretStr], BeforeValidator(_texts)] = {}
    """Of obstore's stores and HTTP client: `aws_region`, `azure_storage_account_name`, …"""
    keys: Path | None = None
    """Keys that seal documents (`manifold keys new`); without, they are stored as they are.
    Columns of the database are sealed with them too, where `database.sealed` names some."""
    most_bytes: int = Field(default=50_000_000, ge=1, le=1_000_000_000)
    """Largest document that is fetched."""
    time_limit: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))
    """For one document to be stored or fetched, all attempts together."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes that read documents, of one process of `extract`."""
    read_limit: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))
    """For one document to be read; three attempts that take longer make it a dead letter."""
    read_memory: int = Field(default=2_500_000_000, ge=0)
    """Bytes that a worker may use, its models included; 0 for no limit."""
    scanner: Scanner = Scanner()


class Redis(_Section):
    """Where what was understood of a document is kept, so that it costs nothing the second time."""

    url: str | None = Field(default=None, repr=False, pattern="^(rediss?|unix)://")
    """`redis://:PASSWORD@HOST:6379/0`; without, nothing is kept."""
    keep: Duration = Field(default=timedelta(days=30), ge=timedelta(seconds=1))
    """How long."""
    ca: Path | None = None
    """With `rediss://`: who has signed the server's certificate; without, the system's own."""
    certificate: Path | None = None
    """With `rediss://`: this client's certificate, where the server wants one (mTLS)."""
    key: Path | None = None
    """The private key of `certificate`."""


class Join(_Section):
    """How long `decide` waits and remembers."""

    deadline: Duration = timedelta(seconds=30)
    """From a request's first answer to a partial decision."""
    remember: Duration = timedelta(hours=24)
    """How long a decided request is remembered; the branches remember it as long."""
    check_every: Duration = timedelta(seconds=1)
    """How often deadlines are looked at."""


class Statistics(_Section):
    """How often `statistics` says what has changed."""

    write_every: Duration = timedelta(seconds=5)
    """Least time between two records of a window that is not over."""


class Flow(_Section):
    """How a flow polls and commits."""

    poll_records: int = Field(default=10_000, ge=1, le=1_000_000)
    """Most records in one poll, which is one transaction."""
    commit_interval: Duration = timedelta(milliseconds=20)
    """Least pause between transactions; longer when the broker commits slowly."""
    resume_per_second: int = Field(default=200, ge=1, le=100_000)
    """Most requests of a process that are judged again in a second, when a part is back."""
    postponed_most: int = Field(default=100_000, ge=0)
    """Most requests of a branch and partition that wait for that."""


class Service(_Section):
    """A service that is asked for what a reference topic lacks."""

    url: str | None = Field(default=None, repr=False, pattern="^https?://")
    """GET of it and the key gives the record as readable JSON, 404 for none; without, none."""
    token: SecretStr | None = None
    """Sent as `Authorization: Bearer`."""
    time_limit: Duration = timedelta(seconds=2)
    """For one answer; one that takes longer has failed."""
    wait: Duration = timedelta(seconds=0.3)
    """That a flow waits for answers in a poll, whatever their number; none while it is away."""
    keep: Duration = timedelta(hours=1)
    """How long an answer is not asked for again."""
    keep_missing: Duration = timedelta(seconds=30)
    """The same of an answer that there is none."""


class Services(_Section):
    """Services for what the reference topics lack."""

    exchange_rates: Service = Service()
    """`URL/USD/2026-03-31`"""
    purchase_orders: Service = Service()
    """`URL/PO-1001`"""


class Reference(_Section):
    """What branches ask of the reference topics: of `purchase_orders`, `vendors` and so on."""

    required: tuple[str, ...] = ()
    """Those without a record of which no branch that reads them judges; the policy always is."""
    max_age: dict[str, Duration] = {}
    """How old the newest record may be; a heartbeat counts."""


class Mail(_Section):
    """Where mail is handed in."""

    host: str | None = None
    """SMTP server; without one no mail is sent."""
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """How the connection is kept from others; `plain` is not, and takes no password."""
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(default="Manifold <manifold@localhost>", pattern=r"^[^\r\n]+@[^\r\n]+$")
    """From whom it is."""
    time_limit: Duration = Field(default=timedelta(seconds=10), gt=timedelta(0))
    """For one mail."""

    @model_validator(mode="after")
    def _sealed(self) -> Self:
        if self.security == "plain" and self.password is not None:
            raise ValueError("a password is sent by starttls or tls only: set mail.security")
        return self


class Webhook(_Section):
    """A receiver of messages over HTTP."""

    url: str = Field(repr=False, pattern="^https?://")
    """Where they are posted; https, unless it is this machine or `allow_http` is set."""
    secret: SecretStr
    """Signs them: `whsec_` and at least 24 bytes in base64, which the receiver knows as well."""
    allow_http: bool = False
    """Whether they may go unencrypted to another machine."""
    time_limit: Duration = Field(default=timedelta(seconds=10), gt=timedelta(0))
    """For one message."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_webhook(self.url, self.secret.get_secret_value(), allow_http=self.allow_http)
        return self


class Delivery(_Section):
    """How long deliveries are tried, and remembered."""

    at_once: int = Field(default=4, ge=1, le=64)
    """Deliveries to one receiver under way at the same time."""
    wait: Duration = timedelta(seconds=0.5)
    """That a flow waits for deliveries in a poll; slower ones go on meanwhile."""
    give_up_after: Duration = Field(default=timedelta(hours=24), gt=timedelta(0))
    """From the first try on, after which what could not be delivered is a dead letter."""
    remember: Duration = Field(default=timedelta(days=7), ge=timedelta(hours=1))
    """How long what was delivered is remembered, and not delivered again."""


class Notify(Delivery):
    """How people are told."""

    webhooks: dict[str, Webhook] = {}
    """Receivers by the names that the policy's routes have for them."""
    link: str | None = Field(default=None, pattern=r"^https?://[^\s\"<>]+$")
    """Page of a request, `https://HOST/requests/{request_id}`; messages link to it."""


class Handover(Delivery):
    """How approved invoices come to the ERP system: by a webhook or by files, or not at all."""

    by: Literal["webhook", "csv", "ubl"] | None = None
    """Each posted as JSON; a file of postings for each poll; an XML file for each."""
    webhook: Webhook | None = None
    """Where they are posted."""
    url: str | None = Field(default=None, repr=False)
    """Where files are put: a folder, `s3://BUCKET/FOLDER`, `gs://…` or `az://…`."""
    options: Annotated[dict[str, SecretStr], BeforeValidator(_texts)] = {}
    """Credentials and options of that store, as `documents.options` has them."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.by == "webhook" and self.webhook is None:
            raise ValueError("by webhook, it needs handover.webhook.url and .secret")
        if self.by in ("csv", "ubl") and self.url is None:
            raise ValueError(f"by {self.by}, it needs handover.url, where the files are put")
        return self


class Telemetry(_Section):
    """Where a process tells what it does: `/metrics`, and `/health/live`, `ready`, `startup`."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 for all."""
    port: int | None = Field(default=None, ge=0, le=65_535)
    """Without one nothing is served or measured; 0 takes a free one, which the log names."""
    stalled_after: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))
    """Without a sign of its thread a flow is no longer live, and should be restarted."""
    ready_lag: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))
    """A flow that is further behind what is written is not ready."""
    otlp_url: str | None = Field(default=None, pattern="^https?://")
    """Where spans are sent by OTLP over HTTP, `http://HOST:4318/v1/traces`; without, none are."""
    trace_share: float = Field(default=0.01, ge=0, le=1)
    """Share of the traces that is told; what becomes a dead letter or is slow always is."""
    trace_slow: Duration = Field(default=timedelta(seconds=30), gt=timedelta(0))
    """From a record's writing to what follows from it."""


class Settings(BaseSettings):
    """All settings. `MANIFOLD_DATABASE__URL` in the environment is `[database] url` in the file."""

    model_config = SettingsConfigDict(
        env_prefix="MANIFOLD_",
        env_nested_delimiter="__",
        toml_file=FILE,
        frozen=True,
        extra="forbid",
    )

    kafka: Annotated[dict[str, str], BeforeValidator(_librdkafka_names)] = Field(
        default_factory=dict, repr=False
    )
    """Any librdkafka setting: `MANIFOLD_KAFKA__SECURITY_PROTOCOL` is `security.protocol`."""
    registry: Registry = Registry()
    database: Database = Database()
    documents: Documents = Documents()
    redis: Redis = Redis()
    join: Join = Join()
    statistics: Statistics = Statistics()
    flow: Flow = Flow()
    reference: Reference = Reference()
    services: Services = Services()
    model: Model = Model()
    mail: Mail = Mail()
    notify: Notify = Notify()
    handover: Handover = Handover()
    telemetry: Telemetry = Telemetry()
    web: Web = Web()
    namespace: str = ""
    """Goes before every topic, group and transactional id, so that several can share a cluster."""
    partitions: int | None = Field(default=None, ge=1, le=10_000)
    """Of each topic that processes share out, when it is created; without, what contracts say."""
    log_json: bool = False
    """Write logs as JSON, for machines."""
    instance: str | None = None
    """Stable name of this process among those of its flow."""

    @model_validator(mode="after")
    def _keys_there(self) -> Self:
        if self.database.sealed and self.documents.keys is None:
            raise ValueError("database.sealed needs documents.keys, the file of the keys")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before file."""
        return init_settings, _Environment(settings_cls), _File(settings_cls)

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Settings from the environment and the file, `given` going before both.

        Raises InvalidSettings with one line for each setting that is wrong.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            lines = "; ".join(_said(each["loc"], each["msg"]) for each in wrong)
            raise InvalidSettings(f"settings are wrong: {lines}") from None
        except SettingsError as error:
            raise InvalidSettings(f"settings are wrong: {error}") from None
        except TOMLDecodeError as error:
            raise InvalidSettings(f"{FILE} is no TOML: {error}") from None

    @property
    def kafka_client(self) -> dict[str, str]:
        """librdkafka settings every client starts from."""
        return {"bootstrap.servers": "127.0.0.1:9092"} | self.kafka
