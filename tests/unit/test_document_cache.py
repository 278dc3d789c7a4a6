"""A cache that is not there costs a document's reading nothing but the saving."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec import Struct

from connectors.document_cache import DocumentCache
from connectors.settings import InvalidSettings, Redis

SECRET = "s3cr3t-word"


class Understood(Struct):
    gross: int


UNDERSTOOD = Understood(16_053_000_000)


def cache_at(url: str | None) -> DocumentCache[Understood]:
    return DocumentCache(Redis(url=url), Understood, "1")


@contextmanager
def answering(answer: bytes | None) -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that says this once to whoever comes, or nothing; its address, and who has come."""
    came: list[socket.socket] = []

    def serve() -> None:
        try:
            while True:
                client, _ = server.accept()
                came.append(client)
                if answer is not None:
                    client.recv(1)
                    client.sendall(answer)
                    client.close()
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"redis://:{SECRET}@127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)


def test_without_a_redis_nothing_is_known_and_nothing_is_wrong() -> None:
    cache = cache_at(None)
    cache.put("0" * 64, UNDERSTOOD)
    assert cache.get("0" * 64) is None
    cache.close()


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400\r\n\r\n", b"-NOAUTH needed\r\n"])
def test_a_redis_that_does_not_answer_is_asked_three_times_and_left_alone(
    answer: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(answer) as (url, came):
        cache = cache_at(url)
        cache.put("0" * 64, UNDERSTOOD)
        assert [cache.get("0" * 64) for _ in range(9)] == [None] * 9
        assert len(came) == 3
        cache.close()
    assert [record.message for record in caplog.records] == ["a service is away"]
    assert SECRET not in caplog.text


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nobody.invalid", "[::1]:1"])
def test_a_redis_that_is_nowhere_is_no_error(host: str) -> None:
    cache = cache_at(f"redis://{host}")
    cache.put("0" * 64, UNDERSTOOD)
    assert cache.get("0" * 64) is None


@pytest.mark.parametrize("url", [f"redis://:{SECRET}@host:port", f"redis://host?colour={SECRET}"])
def test_an_address_that_is_none_is_said_to_be_wrong(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r"redis\.url") as raised:
        cache_at(url)
    assert SECRET not in str(raised.value)
