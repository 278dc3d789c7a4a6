"""What tests of every kind share: the broker's address and names of their own on it."""

import os
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from hypothesis import settings

from tests.turns import Turns

# How long an example takes says what else the machine is doing, and nothing of what is tested.
settings.register_profile("manifold", deadline=None)
settings.load_profile("manifold")

# Hundreds of processes are started; each would compile anew all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Let workers take turns; each has a folder for what is temporary, in one of the run."""
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Turns(Path(config.getoption("basetemp")).parent))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave what tests are made of alone: collected for doctests, it would be imported and run."""
    return True if collection_path.suffix == ".py" and collection_path.name[:5] != "test_" else None


@pytest.fixture(scope="session")
def bootstrap() -> str:
    """The address of a real broker; without one the test fails, for skipping would hide it."""
    address = os.environ.get("MANIFOLD_TEST_BOOTSTRAP") or "127.0.0.1:9092"
    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    with suppress(KafkaException):
        client.list_topics(timeout=5)
        return address
    pytest.fail(f"no Kafka broker answers on {address}; start one: make kafka", pytrace=False)


@pytest.fixture
def unique() -> str:
    """A short prefix for the topics and groups of one test."""
    return f"t{uuid.uuid4().hex[:8]}-"
