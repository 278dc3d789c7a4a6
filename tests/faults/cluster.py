"""Three real brokers on this machine, each of which can be killed, paused and started again.

Every broker is a controller too. Clients are told of the proxy in front of each broker; the
brokers find each other, and observers find them, on a listener that the proxy is not in front of.
"""

import base64
import importlib.machinery
import importlib.util
import shutil
import signal
import socket
import struct
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from connectors.kafka import client
from tests.faults import ports
from tests.integration.flow_process import REPOSITORY

_START_SECONDS = 90.0
_ENVIRONMENT = {"JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms192m"}
"""Three brokers that are started again and again would spend their time on compiling themselves."""
_HEAP = "384m"


def _starter() -> ModuleType:
    """The program that starts one broker for everyone else, as a module."""
    path = str(REPOSITORY / "deploy" / "kafka" / "broker")
    loader = importlib.machinery.SourceFileLoader("starter", path)
    spec = importlib.util.spec_from_loader("starter", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


_starter_module: Any = _starter()


class Broker:
    """One broker and its data folder."""

    def __init__(self, number: int, folder: Path) -> None:
        """Write its settings; `folder` is its own."""
        self.number = number
        self._data = folder / "data"
        self._log = folder / "log"
        self._settings = folder / "server.properties"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)
        self._settings.write_text(_settings(number, self._data))

    def format(self, cluster: str) -> None:
        """Prepare the data folder."""
        self._java("format", f"--cluster-id={cluster}").wait()

    def start(self) -> None:
        """Start its process; it answers some seconds later."""
        self._process = self._java()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Let it stand still, its connections open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def wait(self) -> None:
        """Wait until it answers clients; what it has logged is in the message if it does not."""
        until = time.monotonic() + _START_SECONDS
        while not answers(ports.behind(self.number)):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > until:
                log = self._log.read_text(errors="replace").splitlines()[-20:]
                raise RuntimeError("\n".join([*log, f"broker {self.number} does not answer"]))
            time.sleep(0.1)

    def _java(self, *format_arguments: str) -> "subprocess.Popen[bytes]":
        main = "kafka.tools.StorageTool" if format_arguments else "kafka.Kafka"
        option = ("-c",) if format_arguments else ()
        arguments = (main, *format_arguments, *option, str(self._settings))
        with self._log.open("ab") as log:
            return subprocess.Popen(
                _starter_module.command(_HEAP, *arguments),
                env=_ENVIRONMENT,
                cwd=self._settings.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


class Cluster:
    """The brokers together."""

    def __init__(self, folder: Path) -> None:
        """Prepare three brokers in a folder that is theirs."""
        _starter_module.fetch()
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        self.brokers = {each: Broker(each, folder / str(each)) for each in ports.BROKERS}
        self.kafka = {
            "bootstrap.servers": ports.addresses([ports.inner(each) for each in ports.BROKERS]),
            "log_level": "0",
        }
        """Settings of clients that no fault of the network shall reach."""
        self._admin: AdminClient | None = None

    def start(self) -> None:
        """Start all three, and wait until they have found each other."""
        if taken := ports.taken():
            raise RuntimeError(f"something else listens on {taken}: end it first")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(lambda broker: broker.format(cluster), self.brokers.values()))
        for broker in self.brokers.values():
            broker.start()
        for broker in self.brokers.values():
            broker.wait()
        self.wait_for_all()

    def wait_for_all(self) -> None:
        """Wait until every broker is part of the cluster."""
        until = time.monotonic() + _START_SECONDS
        while len(self.admin.list_topics(timeout=10).brokers) < len(self.brokers):
            if time.monotonic() > until:
                raise RuntimeError("the brokers have not found each other")
            time.sleep(0.1)

    def whole(self, within: float) -> bool:
        """Wait until every broker has every partition; False when that takes too long."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            with suppress(KafkaException):
                topics = self.admin.list_topics(timeout=5).topics.values()
                partitions = [each for topic in topics for each in topic.partitions.values()]
                if all(len(each.isrs) == len(each.replicas) for each in partitions):
                    return True
            time.sleep(0.2)
        return False

    @property
    def admin(self) -> AdminClient:
        """A client that is connected after its first use."""
        if self._admin is None:
            self._admin = AdminClient(client(self.kafka))
        return self._admin

    def leader(self, topic: str, partition: int) -> int | None:
        """The broker that leads a partition; None while it is being chosen."""
        with suppress(KafkaException, KeyError):
            found = self.admin.list_topics(topic, timeout=5).topics[topic].partitions[partition]
            return found.leader if found.leader in self.brokers else None
        return None

    def coordinator(self, name: str, topic: str) -> int | None:
        """The broker that coordinates a group or a transactional id.

        `topic` is the internal topic that holds its state: the leader of the partition that the
        name falls in is the coordinator.
        """
        with suppress(KafkaException, KeyError):
            partitions = self.admin.list_topics(topic, timeout=5).topics[topic].partitions
            return self.leader(topic, java_hash(name) % len(partitions)) if partitions else None
        return None

    def close(self) -> None:
        """End all three and delete what they held."""
        for broker in self.brokers.values():
            broker.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def java_hash(text: str) -> int:
    """What brokers find a name's partition by: Java's hash of a string, without its sign.

    >>> java_hash("abc"), java_hash("t1.collect")
    (96354, 1970139769)
    """
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value & 0x7FFFFFFF


def answers(port: int) -> bool:
    """Whether what listens on a port speaks Kafka: it is asked for its ApiVersions."""
    request = struct.pack(">hhih", 18, 0, port, -1)
    with suppress(OSError, struct.error):
        with socket.create_connection((ports.HOST, port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as reply:
                _, echoed = struct.unpack(">ii", reply.read(8))
        return bool(echoed == port)
    return False


def _settings(number: int, folder: Path) -> str:
    own = (REPOSITORY / "deploy" / "kafka" / "server.properties").read_text()
    listeners = {
        "INNER": (ports.inner(number), ports.inner(number)),
        "CLIENTS": (ports.behind(number), ports.advertised(number)),
    }
    bound = [f"{name}://{ports.HOST}:{port}" for name, (port, _) in listeners.items()]
    told = [f"{name}://{ports.HOST}:{port}" for name, (_, port) in listeners.items()]
    quorum = [f"{each}@{ports.HOST}:{ports.controller(each)}" for each in ports.BROKERS]
    replaced = {
        "node.id": number,
        "listeners": ",".join([*bound, f"CONTROLLER://{ports.HOST}:{ports.controller(number)}"]),
        "advertised.listeners": ",".join(told),
        "listener.security.protocol.map": "INNER:PLAINTEXT,CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "INNER",
        "controller.quorum.voters": ",".join(quorum),
        "log.dirs": folder,
        "default.replication.factor": 3,
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": 3,
        "transaction.state.log.replication.factor": 3,
        "transaction.state.log.min.isr": 2,
        # Noticed as late as a member of a group that is gone.
        "broker.session.timeout.ms": 6_000,
        "broker.heartbeat.interval.ms": 1_000,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    lines = {line.partition("=")[0]: line for line in own.splitlines() if "=" in line}
    lines |= {name: f"{name}={value}" for name, value in replaced.items()}
    return "\n".join(lines.values()) + "\n"
