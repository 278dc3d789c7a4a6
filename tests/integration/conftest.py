"""What several integration tests need: a real schema registry."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from playwright.sync_api import Browser

from connectors.settings import Registry
from tests.integration.desk import chromium
from tests.maven import maven

SCRIPT = Path(__file__).parents[2] / "deploy" / "registry" / "registry"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, for the tests of a file."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def registry() -> Iterator[Registry]:
    """A registry of our own, empty, unless MANIFOLD_TEST_REGISTRY names one."""
    given = os.environ.get("MANIFOLD_TEST_REGISTRY")
    if given:
        yield Registry(url=given)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log, ExitStack() as fetching:
        fetching.enter_context(maven())
        started = subprocess.Popen([sys.executable, SCRIPT, str(port)], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
            wait_for(url, started)
            fetching.close()
            yield Registry(url=url)
        finally:
            started.terminate()
            started.wait(20)


def wait_for(url: str, started: subprocess.Popen[bytes]) -> None:
    asking = SchemaRegistryClient({"url": url, "max.retries": 0})
    deadline = time.monotonic() + 240
    while started.poll() is None and time.monotonic() < deadline:
        try:
            asking.get_subjects()
        except Exception:
            time.sleep(0.5)
        else:
            return
    pytest.fail("the registry did not start; run deploy/registry/registry to see why")
