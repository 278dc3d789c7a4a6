"""Where the servers of a fault run listen, all on this machine."""

import os
import socket

HOST = "127.0.0.1"
BROKERS = (1, 2, 3)
"""Numbers of the brokers."""

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_FIRST = 19_392 + 40 * _WORKER
"""Workers of pytest do not meet."""


def advertised(broker: int) -> int:
    """Where clients are told to find a broker: the proxy listens there."""
    return _FIRST + broker - 1


def behind(broker: int) -> int:
    """Where a broker listens for what the proxy lets through."""
    return _FIRST + 10 + broker - 1


def inner(broker: int) -> int:
    """Where brokers find each other, and what observes them."""
    return _FIRST + 20 + broker - 1


def controller(broker: int) -> int:
    """Where a broker's controller finds the others of the quorum."""
    return _FIRST + 30 + broker - 1


def taken() -> list[int]:
    """Those of all these ports that something else listens on."""
    kinds = (advertised, behind, inner, controller)
    return [port(each) for port in kinds for each in BROKERS if _listens(port(each))]


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((HOST, port)) == 0


def addresses(ports: list[int]) -> str:
    """Several ports as clients take them."""
    return ",".join(f"{HOST}:{port}" for port in ports)
