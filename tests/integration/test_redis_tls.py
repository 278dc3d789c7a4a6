"""Redis over TLS with certificates on both sides: a real server, and what it turns away."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from connectors.redis_client import redis_client, redis_client_async
from connectors.settings import InvalidSettings, Redis
from tests.certificates import Authority, Signed


class Place:
    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.server = self.authority.signed("redis")
        self.client = self.authority.signed("client")
        self.stranger = Authority(folder, "stranger").signed("impostor")
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    def settings(self, client: Signed | None, ca: Path | None) -> Redis:
        return Redis(
            url=f"rediss://127.0.0.1:{self.port}/0",
            ca=ca,
            certificate=client.certificate if client else None,
            key=client.key if client else None,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("tls")
    made = Place(folder)
    command = [
        "redis-server", "--port", "0", "--tls-port", str(made.port), "--save", "",
        "--tls-cert-file", str(made.server.certificate), "--tls-key-file", str(made.server.key),
        "--tls-ca-cert-file", str(made.authority.certificate), "--tls-auth-clients", "yes",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                redis_client(made.settings(made.client, made.authority.certificate)).ping()
                break
            except RedisError:
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.05)
        yield made
    finally:
        process.kill()
        process.wait()


def test_both_sides_prove_who_they_are(place: Place) -> None:
    settings = place.settings(place.client, place.authority.certificate)
    assert redis_client(settings).ping()

    async def scene() -> None:
        client = redis_client_async(settings)
        assert await client.ping()
        await client.aclose()

    asyncio.run(scene())


def test_a_server_that_somebody_else_vouches_for_is_not_believed(place: Place) -> None:
    for ca in (None, place.stranger.certificate):
        with pytest.raises(RedisError):
            redis_client(place.settings(place.client, ca)).ping()


def test_a_client_without_a_certificate_of_ours_is_turned_away(place: Place) -> None:
    for client in (None, place.stranger):
        with pytest.raises(RedisError):
            redis_client(place.settings(client, place.authority.certificate)).ping()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"url": "redis://a", "ca": "/etc/hostname"}, "rediss://"),
        ({"url": "rediss://a", "certificate": "/etc/hostname"}, "each other"),
        ({"url": "rediss://a", "ca": "/nowhere.pem"}, "redis.ca: /nowhere.pem"),
    ],
)
def test_settings_that_do_not_fit_are_named(given: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidSettings, match=why):
        redis_client(Redis.model_validate(given))
