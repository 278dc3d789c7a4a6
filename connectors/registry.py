"""Schema ids from a Confluent-compatible registry."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from confluent_kafka.schema_registry import Schema as Registered
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from msgspec import Struct
from pydantic import SecretStr

from connectors.avro_type import Schema
from connectors.codec import UnknownSchema
from connectors.contracts import Contracts, Topic, Version
from connectors.errors import Misconfigured, Unavailable
from connectors.lock import fingerprint

T = TypeVar("T")

_NOT_FOUND = 404
_REFUSED = (409, 422)
_ASK_AGAIN_AFTER = 30.0
_TROUBLE = {
    401: "it wants a login, or another one: check registry.username and registry.password, or "
    "registry.token",
    403: "this login may not do that: ask who runs the registry",
    429: "it is asked too much; try again later",
}


class RegistryUnavailable(Unavailable):
    """The registry does not answer. Nothing is wrong with the record; try again later."""


class RegistryRefused(Misconfigured):
    """The registry does not take a schema; the text says which and why."""


class Registry(Protocol):
    """Where the registry is and how to log in."""

    @property
    def url(self) -> str | None:
        """Address; None when there is no registry."""

    @property
    def username(self) -> str | None:
        """User, if it wants one."""

    @property
    def password(self) -> SecretStr | None:
        """The user's password."""

    @property
    def token(self) -> SecretStr | None:
        """A bearer token, if it wants that instead."""


def client(registry: Registry) -> SchemaRegistryClient:
    """A client of the registry; connects at the first question.

    Raises Misconfigured when the address or the login cannot be one.
    """
    conf: dict[str, object] = {"url": registry.url, "timeout": 10}
    if registry.username is not None and registry.token is not None:
        raise Misconfigured("registry.username and registry.token: the registry takes one of them")
    if registry.username is not None:
        password = registry.password.get_secret_value() if registry.password else ""
        conf["basic.auth.user.info"] = f"{registry.username}:{password}"
    if registry.token is not None:
        conf["bearer.auth.credentials.source"] = "STATIC_TOKEN"
        conf["bearer.auth.token"] = registry.token.get_secret_value()
        conf["bearer.auth.logical.cluster"] = ""
    try:
        return SchemaRegistryClient.new_client(conf)
    except ValueError:
        raise Misconfigured(
            "registry.url has to be http:// or https:// and a host, and a user either stands in "
            "it or in registry.username"
        ) from None


def subject_of(topic: str) -> str:
    """The subject of a topic's values, by Confluent's TopicNameStrategy."""
    return f"{topic}-value"


class RegistryIds:
    """Ids as the registry gave them; each is asked for once."""

    def __init__(
        self, client: SchemaRegistryClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Connect nothing yet."""
        self._client = client
        self._clock = clock
        self._schemas: dict[int, Schema] = {}
        self._unknown: dict[int, float] = {}
        self._ids: dict[tuple[str, str, int], int] = {}

    def id_of(self, topic: str, version: Version) -> int:
        """The id of a version under its topic's subject, registered if it has none.

        Raises RegistryUnavailable, RegistryRefused.
        """
        at = (topic, version.folder, version.version)
        if at not in self._ids:
            with answering():
                self._ids[at] = register(self._client, topic, version)
        return self._ids[at]

    def schema_of(self, schema_id: int) -> Schema:
        """The schema of an id.

        Raises UnknownSchema, after which the registry is not asked again for half a minute,
        and RegistryUnavailable.
        """
        found = self._schemas.get(schema_id)
        if found is not None:
            return found
        if self._clock() < self._unknown.get(schema_id, 0.0):
            raise UnknownSchema(schema_id)
        try:
            with answering():
                registered = self._client.get_schema(schema_id)
        except SchemaRegistryError as error:
            if error.http_status_code != _NOT_FOUND:
                raise
            self._unknown[schema_id] = self._clock() + _ASK_AGAIN_AFTER
            raise UnknownSchema(schema_id) from None
        schema: Schema = json.loads(registered.schema_str or "null")
        self._schemas[schema_id] = schema
        return schema


def registered_id(client: SchemaRegistryClient, topic: str, version: Version) -> int | None:
    """The id of a version under its topic's subject; None when it is not registered."""
    schema = Registered(json.dumps(version.schema), "AVRO")
    found = if_known(lambda: client.lookup_schema(subject_of(topic), schema).schema_id)
    return None if found is None else int(found)


def if_known(ask: Callable[[], T]) -> T | None:
    """What the registry answers; None when it does not know what it is asked about."""
    try:
        return ask()
    except SchemaRegistryError as error:
        if error.http_status_code != _NOT_FOUND:
            raise
        return None


def register(client: SchemaRegistryClient, topic: str, version: Version) -> int:
    """The id of a version under its topic's subject; registers it only if it is not there."""
    subject, schema = subject_of(topic), Registered(json.dumps(version.schema), "AVRO")
    found = registered_id(client, topic, version)
    if found is not None:
        return found
    try:
        return int(client.register_schema(subject, schema))
    except SchemaRegistryError as error:
        if error.http_status_code not in _REFUSED:
            raise
        raise RegistryRefused(
            f"{subject}: the registry refuses {version.folder} version {version.version}: "
            f"{error.error_message}"
        ) from None


class RegisteredFound(Struct, frozen=True):
    """What a registry has under a topic's subject, beside what this program knows."""

    later: int
    """Versions that this program does not know."""
    missing: tuple[int, ...]
    """Versions that the registry does not know: they are registered when first written."""
    refused: tuple[int, ...]
    """Those of them that it would not take, by its compatibility mode."""


def compare(client: SchemaRegistryClient, contracts: Contracts, topic: Topic) -> RegisteredFound:
    """A topic's versions here and in the registry. Raises RegistryUnavailable."""
    assert topic.record is not None
    subject = subject_of(topic.name)
    with answering():
        numbers = if_known(lambda: client.get_versions(subject)) or []
        there = {
            fingerprint(json.loads(client.get_version(subject, number).schema.schema_str or "null"))
            for number in numbers
        }
        versions = contracts.versions[topic.record]
        known = {fingerprint(version.schema) for version in versions}
        missing = [each for each in versions if fingerprint(each.schema) not in there]
        refused = tuple(
            version.version
            for version in missing
            if numbers
            and not client.test_compatibility(
                subject, Registered(json.dumps(version.schema), "AVRO")
            )
        )
    return RegisteredFound(
        len(there - known), tuple(version.version for version in missing), refused
    )


@contextmanager
def answering() -> Iterator[None]:
    """Tell a registry that is away, or in trouble, from one that says no."""
    try:
        yield
    except SchemaRegistryError as error:
        status = error.http_status_code
        if status in _TROUBLE or status >= 500:
            raise RegistryUnavailable(
                f"the registry answers with HTTP status {status}: "
                f"{_TROUBLE.get(status, 'it is in trouble itself, or something before it is')}"
            ) from error
        raise
    except Exception as error:
        if not _is_transport(error):
            raise
        raise RegistryUnavailable(
            f"the registry does not answer ({type(error).__name__}): check registry.url"
        ) from error


def _is_transport(error: Exception) -> bool:
    """Whether the connection failed.

    By name, since confluent-kafka has changed its HTTP library before and hides which it uses.
    """
    return isinstance(error, OSError) or any(
        base.__name__ == "TransportError" for base in type(error).__mro__
    )
