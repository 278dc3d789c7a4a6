"""Ids from a registry are asked for once, and a registry that is away is no broken record."""

import json

import pytest
from confluent_kafka.schema_registry import Schema as Registered
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from pydantic import SecretStr

from connectors.codec import Codec, LockIds, UnknownSchema
from connectors.contracts import Contracts
from connectors.errors import Misconfigured
from connectors.registration import registration
from connectors.registry import (
    RegistryIds,
    RegistryRefused,
    RegistryUnavailable,
    client,
)
from connectors.schema_ids import schema_ids
from connectors.settings import Registry
from operators.upload import InvoiceUploaded
from tests.contract.samples import upload

CONTRACTS = Contracts.load()


class Counting:
    """A client that counts what it is asked."""

    def __init__(self) -> None:
        self.inner = SchemaRegistryClient.new_client({"url": "mock://contracts"})
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        self.asked.append(name)
        return getattr(self.inner, name)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def test_a_schema_is_looked_up_or_registered_once(counting: Counting) -> None:
    codec = Codec(CONTRACTS, RegistryIds(counting))  # type: ignore[arg-type]  # a fake of the client
    value = codec.encoder(InvoiceUploaded)(upload())
    assert "register_schema" in counting.asked
    counting.asked.clear()
    assert codec.encoder(InvoiceUploaded)(upload()) == value
    assert counting.asked == []
    assert codec.decoder(InvoiceUploaded)(value) == upload()
    assert counting.inner.get_subjects() == ["invoice.uploaded-value"]


def test_an_id_is_fetched_once(counting: Counting) -> None:
    other = {"type": "record", "name": "Other", "fields": [{"name": "a", "type": "string"}]}
    number = counting.inner.register_schema("other", Registered(json.dumps(other), "AVRO"))
    ids = RegistryIds(counting)  # type: ignore[arg-type]  # a fake of the client
    assert ids.schema_of(number) == other
    assert ids.schema_of(number) == other
    assert counting.asked == ["get_schema"]


def test_an_unknown_id_is_asked_for_again_after_a_while(counting: Counting) -> None:
    now = [100.0]
    ids = RegistryIds(counting, clock=lambda: now[0])  # type: ignore[arg-type]  # a fake of the client
    for _ in range(3):
        with pytest.raises(UnknownSchema):
            ids.schema_of(99)
    assert counting.asked == ["get_schema"]
    now[0] += 31
    with pytest.raises(UnknownSchema):
        ids.schema_of(99)
    assert counting.asked == ["get_schema"] * 2


def test_a_registry_that_is_away_is_not_the_records_fault() -> None:
    away = Registry(url="http://127.0.0.1:1")
    with pytest.raises(RegistryUnavailable, match=r"check registry\.url"):
        RegistryIds(client(away)).schema_of(1)


def test_without_a_registry_the_lock_gives_the_ids() -> None:
    assert isinstance(schema_ids(Registry(), CONTRACTS), LockIds)
    secured = Registry(url="http://127.0.0.1:1", username="u", password=SecretStr("p"))
    assert isinstance(schema_ids(secured, CONTRACTS), RegistryIds)


class ReadOnly:
    """A client of a registry that takes nothing."""

    def get_compatibility(self, subject: str) -> str:
        raise SchemaRegistryError(404, 40401, f"no {subject}")

    def set_compatibility(self, subject: str, level: str) -> None:
        raise SchemaRegistryError(405, 40501, "read-only mode")


def test_a_registry_that_takes_nothing_is_told_with_the_subject() -> None:
    told = r"^\S+-value: the registry refuses, HTTP status 405: read-only mode"
    with pytest.raises(RegistryRefused, match=told):
        list(registration(ReadOnly(), CONTRACTS))  # type: ignore[arg-type]  # a fake of the client


def test_a_login_is_one_or_the_other() -> None:
    both = Registry(url="http://127.0.0.1:1", username="u", token=SecretStr("t"))
    with pytest.raises(Misconfigured, match="the registry takes one of them"):
        client(both)
    with pytest.raises(Misconfigured, match=r"registry\.url has to be http:// or https://"):
        client(Registry(url="registry.example.com"))
