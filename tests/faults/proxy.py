"""The network between clients and brokers: a process that passes bytes on, or does not.

It stands where clients are told to find the brokers. Commands come as lines of JSON on standard
input, each answered by a line on standard output; it ends with its input. `tests.faults.network`
starts it and gives the commands.
"""

import asyncio
import json
import socket
import struct
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from tests.faults import ports
from tests.faults.frames import Frames

_MOST_WAITING = 1 << 20
"""Bytes kept back in one direction before its sender is no longer read."""
_RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing tells the other end that something broke."""
_LONGEST = 60.0
"""Seconds after which a held request is let go although its client still waits."""


@dataclass
class Hold:
    """A kind of request to be held back, once."""

    client: str
    key: int
    after: float
    """Seconds from the client's leaving to the delivery."""
    held: float = 0.0
    """When it was held back, by the loop's clock; 0 before."""
    gave_up: bool = False
    delivered: bool = False


@dataclass
class Road:
    """How it stands with the connections to one broker."""

    broker: int
    delay: float = 0.0
    blocked: bool = False
    server: asyncio.Server | None = None
    links: set["Link"] = field(default_factory=set)


class Side(asyncio.Protocol):
    """One end of a link, and what it sends to the other."""

    transport: asyncio.Transport
    other: "Side"

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.connected = False
        self.gone = False
        self.queue: deque[tuple[float, bytes]] = deque()
        self.waiting = 0
        self.held = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send on what the other end has sent already."""
        self.transport = cast(asyncio.Transport, transport)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connected = True
        self.link.connected(self)
        self.other.pump()

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, at once if nothing is in the way."""
        road = self.link.road
        self.link.look(self, data)
        if self.queue or self.held or road.blocked or road.delay or not self.other.connected:
            self.keep(data)
            self.pump()
        else:
            self.other.transport.write(data)

    def keep(self, data: bytes) -> None:
        """Keep bytes for later."""
        self.queue.append((self.link.loop.time() + self.link.road.delay, data))
        self.waiting += len(data)
        if self.waiting > _MOST_WAITING:
            self.transport.pause_reading()

    def pump(self) -> None:
        """Pass on what is due, as far as nothing is in the way."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.held or self.link.road.blocked or not self.other.connected or self.other.gone:
            return
        while self.queue:
            due, data = self.queue[0]
            early = due - self.link.loop.time()
            if early > 0:
                self._timer = self.link.loop.call_later(early, self.pump)
                return
            self.queue.popleft()
            self.waiting -= len(data)
            self.other.transport.write(data)
        if self.gone:
            self.other.transport.close()
        elif self.connected:
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        """The other end sends faster than this one reads."""
        if self.other.connected and not self.other.gone:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """This end reads again."""
        if self.other.connected and not self.other.gone:
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """Close the other end, once it has been sent everything."""
        self.gone = True
        self.link.left(self)
        if self.other.connected and not self.other.gone:
            self.pump()


class Link:
    """A client's connection and the one to the broker behind it."""

    def __init__(self, network: "Network", road: Road) -> None:
        self.network = network
        self.road = road
        self.loop = network.loop
        self.client = Side(self)
        self.broker = Side(self)
        self.client.other, self.broker.other = self.broker, self.client
        self._frames = Frames()
        self._hold: Hold | None = None

    def connected(self, side: Side) -> None:
        """A side is there; the client's comes first."""
        if side is self.client and self.road.server is None:
            side.transport.abort()
        elif side is self.client:
            self.road.links.add(self)
            self.loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            port = ports.behind(self.road.broker)
            await self.loop.create_connection(lambda: self.broker, ports.HOST, port)
        except OSError:
            self.client.transport.abort()
            return
        if self.client.gone:
            self.client.pump()

    def look(self, side: Side, data: bytes) -> None:
        """Hold back from now on what the client sends, if it is what is waited for."""
        if side is not self.client:
            return
        hold = self.network.hold
        for request in self._frames.feed(data):
            if (
                hold is not None
                and not hold.held
                and (request.key, request.client) == (hold.key, hold.client)
            ):
                hold.held = self.loop.time()
                self._hold = hold
                side.held = True
                self.loop.call_later(_LONGEST, self.deliver)

    def left(self, side: Side) -> None:
        """A side has closed."""
        if side is self.client and self._hold is not None and not self._hold.delivered:
            self._hold.gave_up = True
            self.loop.call_later(self._hold.after, self.deliver)
        if all(each.gone or not each.connected for each in (self.client, self.broker)):
            self.road.links.discard(self)

    def deliver(self) -> None:
        """Let the broker have what was held back, though its sender may be long gone."""
        if self._hold is None or self._hold.delivered:
            return
        self._hold.delivered = True
        self.client.held = False
        self.client.pump()

    def abort(self, reset: bool) -> None:
        """Close both ends at once."""
        for side in (self.client, self.broker):
            if side.connected and not side.gone:
                if reset:
                    raw = side.transport.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                side.transport.abort()


class Network:
    """All roads, and the commands that change them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.roads = {broker: Road(broker) for broker in ports.BROKERS}
        self.hold: Hold | None = None

    async def open(self, road: Road) -> None:
        """Accept connections to a broker."""
        if road.server is None:
            road.server = await self.loop.create_server(
                lambda: Link(self, road).client, ports.HOST, ports.advertised(road.broker)
            )

    def refuse(self, road: Road) -> None:
        """Accept none any more, and close those there are."""
        if road.server is not None:
            road.server.close()
            road.server = None
        self.drop(road, reset=False)

    def drop(self, road: Road, *, reset: bool) -> None:
        """Close a broker's connections, except one that holds something back."""
        for link in list(road.links):
            if not link.client.held:
                link.abort(reset)

    async def change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Do what a command says."""
        chosen = [self.roads[each] for each in command.get("brokers", ports.BROKERS)]
        match command["do"]:
            case "pass":
                for road in chosen:
                    await self.open(road)
                    road.delay, road.blocked = 0.0, False
                    for link in list(road.links):
                        link.client.pump()
                        link.broker.pump()
            case "slow":
                for road in chosen:
                    road.delay = command["seconds"]
            case "block":
                for road in chosen:
                    road.blocked = True
            case "refuse":
                for road in chosen:
                    self.refuse(road)
            case "reset":
                for road in chosen:
                    self.drop(road, reset=True)
            case "hold":
                self.hold = Hold(command["client"], command["key"], command["after"])
            case "forget":
                self.hold = None
        hold = self.hold
        return {
            "connections": sum(len(road.links) for road in self.roads.values()),
            "held": bool(hold and hold.held),
            "gave_up": bool(hold and hold.gave_up),
            "delivered": bool(hold and hold.delivered),
        }


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    network = Network(loop)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        print(json.dumps(await network.change(json.loads(line))), flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve())
