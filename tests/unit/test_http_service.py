"""A service that answers, fails, hangs and comes back, asked by a flow that must not wait."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.http_service import HttpService
from connectors.settings import Service
from operators.breaker import Breaker
from tests.rates_server import Mode, RatesServer

pytestmark = pytest.mark.alone

PART = "exchange-rate service"


def decode(key: str, body: bytes) -> Any:
    found = json.loads(body)
    if found["currency"] != key.split("/")[0]:
        raise ValueError("it is about something else")
    return found["rate"]


@pytest.fixture
def server() -> Iterator[RatesServer]:
    with RatesServer() as there:
        yield there


def service_at(url: str, **settings: Any) -> HttpService[Any]:
    given: dict[str, Any] = {"time_limit": 0.5, "wait": 0.4, **settings}
    return HttpService(PART, Service(url=url, **given), decode, safe="/")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "not within 5 s"
        time.sleep(0.01)


def test_an_answer_is_there_at_once_and_asked_for_once(server: RatesServer) -> None:
    service = service_at(server.url.replace("user:s3cr3t@", ""), token="t0ken")
    assert service.lack("USD/2026-03-02", 0) is None
    assert service.get("USD/2026-03-02") == "0.90"
    assert service.lack("USD/2026-03-02", 3_599_000) is None
    assert service.lack("XXX/2026-03-02", 0) is None
    assert service.get("XXX/2026-03-02") is None
    assert service.lack("XXX/2026-03-02", 29_000) is None
    assert server.asked == {"/rates/USD/2026-03-02": 1, "/rates/XXX/2026-03-02": 1}
    assert server.authorizations == {"Bearer t0ken"}
    assert service.lack("XXX/2026-03-02", 31_000) is None
    assert service.lack("USD/2026-03-02", 3_601_000) is None
    assert server.asked == {"/rates/USD/2026-03-02": 2, "/rates/XXX/2026-03-02": 2}
    service.close()


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("status 500", "it answers with status 500"),
        ("garbage", "its answer is not as agreed"),
        ("other", "its answer is not as agreed: it is about something else"),
        ("cuts", "no answer (RemoteProtocolError)"),
    ],
)
def test_three_failures_in_a_row_open_it_and_one_success_closes_it(
    server: RatesServer, mode: Mode, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = service_at(server.url)
    server.mode = mode
    for number in range(3):
        lack = service.lack(f"USD/{number}", 0)
        assert lack is not None
        assert lack.part == PART
        assert lack.reason.startswith(f"the {PART} is away: {reason}")
    asked = server.asked.total()
    assert service.lack("USD/9", 10) is not None
    assert server.asked.total() == asked
    server.mode = "well"
    until(lambda: service.lack("USD/9", 5_000) is None)
    assert service.get("USD/9") == "0.90"
    assert [record.message for record in caplog.records if "a service" in record.message] == [
        "a service is away",
        "a service is back",
    ]
    assert "s3cr3t" not in caplog.text
    service.close()


@pytest.mark.parametrize("url", ["http://a..b", "http://" + "a" * 70, "http://[::1", "http://"])
def test_an_address_that_is_none_is_no_answer_and_no_end_of_the_flow(url: str) -> None:
    service = service_at(url)
    until(lambda: "is away: no answer" in service.lack("USD/1", 0).reason)  # type: ignore[union-attr]  # it lacks it
    service.close()


def test_a_decoder_that_fails_in_its_own_way_is_an_answer_not_as_agreed(
    server: RatesServer,
) -> None:
    def fails(key: str, body: bytes) -> Any:
        raise KeyError(key)

    service = HttpService(PART, Service(url=server.url), fails, safe="/")
    lack = service.lack("USD/1", 0)
    assert lack is not None
    assert lack.reason == f"the {PART} is away: no answer (KeyError)"
    service.close()


def test_a_token_may_have_letters_beyond_ascii(server: RatesServer) -> None:
    service = service_at(server.url.replace("user:s3cr3t@", ""), token="schlüssel")
    assert service.lack("USD/2026-03-02", 0) is None
    service.close()


def test_nothing_listens(server: RatesServer) -> None:
    with RatesServer() as other:
        url = other.url
    service = service_at(url)
    began = time.monotonic()
    lacks = {service.lack(f"USD/{number}", number) for number in range(700)}
    assert time.monotonic() - began < 1
    assert {lack.reason for lack in lacks if lack} == {
        f"the {PART} is away: no answer (ConnectError)"
    }
    service.close()


@pytest.mark.parametrize("mode", ["hangs", "drips"])
def test_one_that_hangs_holds_nobody_up_and_mends_itself(server: RatesServer, mode: Mode) -> None:
    service = service_at(server.url)
    server.mode = mode
    began = time.monotonic()
    for at in range(0, 1_000, 10):
        assert service.lack(f"USD/{at}", at) is not None
    assert time.monotonic() - began < 0.7, "the flow has waited once, and no longer than allowed"
    until(lambda: service.collect(1_000) and service.guard.state == "OPEN")
    began = time.monotonic()
    for at in range(10_000, 20_000, 10):
        assert service.lack(f"CHF/{at}", at) is not None
    assert time.monotonic() - began < 0.5, "a probe is not waited for"
    server.mode = "well"
    server.gone.set()
    clock = iter(range(60_000, 10_000_000, 6_000))
    until(lambda: service.lack("GBP/1", next(clock)) is None)
    service.close()


def test_names_that_are_no_names_are_not_asked_for(server: RatesServer) -> None:
    service = HttpService(PART, Service(url=server.url), decode)
    for key in ("..", ".", "x" * 600):
        assert service.lack(key, 0) is None
        assert service.get(key) is None
    service.lack("A/../7?b=1#c", 0)
    assert list(server.asked) == ["/rates/A%2F..%2F7%3Fb%3D1%23c"]
    service.close()


def test_half_open_lets_one_call_through_and_pauses_grow_to_five_seconds() -> None:
    breaker = Breaker("rates")
    for _ in range(3):
        assert breaker.allows(0)
        breaker.failed(0)
    now, pauses = 0, []
    for _ in range(8):
        began = now
        while not breaker.allows(now):
            now += 10
        assert not breaker.allows(now)
        pauses.append(now - began)
        breaker.failed(now)
    assert pauses[0] <= 1_000 < pauses[2]
    assert max(pauses) <= 5_000 == pauses[-1]
    breaker.succeeded()
    assert breaker.allows(now)
    assert breaker.allows(now)
