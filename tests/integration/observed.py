"""A pipeline on a real broker that a real Prometheus looks at while things go wrong in it."""

import itertools
import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from msgspec.structs import replace

from connectors.clock import now
from connectors.stream import Outgoing
from flows import FLOWS
from manifold.generator import Sample, reference_records
from operators.decision import InvoiceDecision
from operators.money import parse
from operators.reference import ReferenceExchangeRate, ReferencePolicy
from operators.upload import Document, InvoiceUploaded
from tests.integration.approving import approvals
from tests.integration.door import Door
from tests.integration.flow_process import REPOSITORY, Process
from tests.integration.inbox import Inbox, doubtful
from tests.integration.pipeline import Pipeline, generated
from tests.integration.prometheus_server import Prometheus
from tests.integration.raw import write
from tests.integration.test_deliver import posting
from tests.integration.test_notify import BY_MAIL, BY_WEBHOOK
from tests.integration.test_notify import settings as telling
from tests.integration.walking import Walk
from tests.mail_server import MailServer
from tests.messages_server import MessagesServer, says
from tests.rates_server import RatesServer
from tests.unit.test_certificates import BEGAN, certificate
from tests.webhook_server import WebhookServer

PER_SECOND = 10
_HELD_BACK = 45_000
"""Milliseconds."""


def free_ports(count: int) -> Sequence[int]:
    """Ports in a row that are free, below those that connections going out take."""
    for first in range(20_000 + os.getpid() % 5_000, 32_000 - count, count):
        ports = range(first, first + count)
        with ExitStack() as held, suppress(OSError):
            for port in ports:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return ports
    raise AssertionError("no ports are free")


class Observed:
    """All of Manifold under a load, with receivers outside Kafka, and Prometheus."""

    def __init__(self, bootstrap: str, folder: Path, stack: ExitStack) -> None:
        """Start all of it, and see decisions."""
        number = {"field": "number", "line": 3, "text": "QX/47", "value": "QX/47"}
        model = stack.enter_context(MessagesServer(says({"values": [number], "rows": []})))
        self.rates = stack.enter_context(RatesServer())
        self.mail = stack.enter_context(MailServer())
        self.desk = stack.enter_context(WebhookServer())
        self.erp = stack.enter_context(WebhookServer())
        authority = folder / "authority.pem"
        authority.write_text(certificate((datetime.now(UTC) - BEGAN).days + 1))
        self.pipeline = stack.enter_context(
            Pipeline(
                bootstrap,
                folder,
                MANIFOLD_JOIN__DEADLINE="3",
                MANIFOLD_DOCUMENTS__URL=Inbox(folder).settings.url,
                MANIFOLD_DOCUMENTS__WORKERS="1",
                MANIFOLD_MODEL__URL=model.url,
                MANIFOLD_MODEL__API_KEY="key",
                MANIFOLD_MODEL__DAY_COST="1000",
                MANIFOLD_MODEL__PRICE_IN="10000",
                MANIFOLD_MODEL__PRICE_OUT="10000",
                MANIFOLD_MODEL__PRICE_CACHED="1000",
                MANIFOLD_MODEL__PRICE_CACHE_WRITTEN="10000",
                MANIFOLD_SERVICES__EXCHANGE_RATES__URL=self.rates.url,
                MANIFOLD_KAFKA__SSL_CA_LOCATION=str(authority),
                **telling(self.mail, self.desk),
                **posting(self.erp),
            )
        )
        self.walk = Walk(self.pipeline.variables)
        self._inbox = Inbox(folder)
        self._stack, self._folder = stack, folder
        single = [flow for flow in FLOWS if flow != "statistics"]
        *ports, lag, probe, retry, web, up, child = free_ports(len(single) + 6)
        self._ports = dict(zip(single, ports, strict=True))
        self._commands: list[subprocess.Popen[bytes]] = []
        self._publish_reference()
        self.processes = {flow: self.start(flow) for flow in self._ports}
        self._command("lag", "--serve", "--window", "5", "--interval", "1", "--all", port=lag)
        self._command("probe", "--every", "2", port=probe)
        soon = ("--every", "0.5", "--shortest", "0.5", "--longest", "0.5", "--attempts", "3")
        self._command("dlq", "retry", "--watch", *soon, port=retry)
        # One flow by `manifold up`, whose processes take the ports behind its own.
        self._command("up", "statistics", port=up)
        self.door = stack.enter_context(
            Door(bootstrap, self.pipeline.variables, web, folder / "web.log")
        )
        jobs = {
            "manifold": [*ports, up, child],
            "manifold-lag": [lag],
            "manifold-probe": [probe],
            "manifold-retry": [retry],
            "manifold-web": [web],
        }
        self.prometheus = stack.enter_context(Prometheus(folder / "prometheus", jobs))
        self.until(self.prometheus.answers, "Prometheus answers")
        _, self._samples = generated(6_000)
        stack.enter_context(self.pipeline.load(self._fresh(), PER_SECOND))
        self.until(self.pipeline.more(InvoiceDecision, 50), "decisions")

    def _publish_reference(self) -> None:
        """Some prices in pounds, and no rate for them: it is asked for."""
        world, _ = generated(6_000)
        told = (BY_MAIL, BY_WEBHOOK)
        policy = replace(world.policy, reading_model=parse("0"), notifications=told)
        world = replace(world, policy=policy)
        priced_in_pounds = world.contracts[::10]
        self.pipeline.publish(
            *(
                replace(record, currency="GBP") if record in priced_in_pounds else record
                for _, record in reference_records(world)
                if not isinstance(record, ReferenceExchangeRate | ReferencePolicy)
            )
        )
        self.pipeline.publish(world.policy)

    def _fresh(self) -> Iterator[Sample]:
        """Invoices without an end; each of them comes again only as another request."""
        for turn in itertools.count():
            for sample in self._samples:
                again = f"-{turn}" if turn else ""
                named = sample.upload.request_id + again
                upload = replace(sample.upload, request_id=named, uploaded_at=now())
                yield replace(sample, upload=upload)

    def start(self, flow: str) -> Process:
        """Start a process of a flow where Prometheus looks for it."""
        return self.pipeline.start(flow, MANIFOLD_TELEMETRY__PORT=str(self._ports[flow]))

    def _command(self, *arguments: str, port: int) -> None:
        """Run a command as long as this."""
        environment = {**self.pipeline.variables, "MANIFOLD_TELEMETRY__PORT": str(port)}
        log = self._stack.enter_context((self._folder / f"{arguments[0]}.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", "manifold", *arguments],
            cwd=REPOSITORY,
            env=environment,
            stdout=log,
            stderr=log,
        )

        self._commands.append(process)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something, with all commands running."""

        def met() -> bool:
            assert {each.poll() for each in self._commands} <= {None}
            return condition()

        self.pipeline.until(met, what)

    def until_fires(self, alert: str, **labels: str) -> None:
        """Wait for an alert, and walk through its page."""
        self.until_seen(alert, **labels)
        self.walked(alert, **labels)

    def until_seen(self, alert: str, **labels: str) -> None:
        """Wait for an alert that is over before a page can be walked through."""
        self.until(lambda: self.prometheus.firing(alert, **labels), f"{alert} fires {labels}")

    def walked(self, alert: str, **labels: str) -> None:
        """Walk through the page of an alert."""
        self.walk.through(alert, self._stands_for(labels))

    def _stands_for(self, labels: Mapping[str, str]) -> dict[str, str]:
        """What the pages' own names stand for here."""
        group = labels.get("group", "").removeprefix(self.pipeline.namespace)
        flow = labels.get("flow") or (group if group in FLOWS else "fraud")
        decided = self.pipeline.seen.all(InvoiceDecision)
        letter = next(iter(self.pipeline.seen.letters()), None)
        return {
            "fraud": flow,
            "ID": decided[-1].request_id,
            "0:1234": f"{letter.partition}:{letter.offset}" if letter else "0:0",
            "HOST:9464": f"127.0.0.1:{self._ports[flow]}",
            "/path/to/certificate.pem": str(self._folder / "authority.pem"),
        }

    def until_clear(self, alert: str, **labels: str) -> None:
        """Wait until an alert does not fire any more."""
        self.until(lambda: not self.prometheus.firing(alert, **labels), f"{alert} clears {labels}")

    def documents(self, count: int) -> None:
        """Upload documents, each another one, of which not everything can be read."""
        for number in range(count):
            name = f"document-{uuid.uuid4()}"
            self.pipeline.publish(self._inbox.upload(name, doubtful(number)))

    def lost(self, count: int) -> None:
        """Upload documents that are not in the store."""
        for _ in range(count):
            name = f"document-{uuid.uuid4()}"
            nothing = Document(f"{name}.pdf", "application/pdf", "0" * 64)
            self.pipeline.publish(self._inbox.pointer(name, nothing))

    def let_go(self) -> None:
        """Discard all dead letters, as an operator does."""
        subprocess.run(
            [sys.executable, "-m", "manifold", "dlq", "discard", "--all", "--yes"],
            cwd=REPOSITORY,
            env=self.pipeline.variables,
            check=True,
            timeout=90,
        )

    def garbled(self, count: int) -> None:
        """Write what nobody can read."""
        topic = self.pipeline.contracts.topic_of(InvoiceUploaded).name
        write(self.pipeline.kafka, [Outgoing(topic, b"nobody", b"garbled", [])] * count)

    def again(self, count: int) -> None:
        """Upload what was uploaded before."""
        self.pipeline.publish(*(sample.upload for sample in self._samples[:count]))

    def belated(self, count: int) -> None:
        """Upload what somebody else has held back for longer than a decision may take."""
        late = now() - _HELD_BACK
        self.pipeline.publish(
            *(
                replace(each.upload, request_id=f"{each.upload.request_id}-late", uploaded_at=late)
                for each in self._samples[:count]
            )
        )

    def approved(self, count: int) -> None:
        """Approve some of the decisions that ask a person."""
        self.pipeline.publish(*approvals(self.pipeline)[:count])

    @contextmanager
    def group(self, name: str, offsets: Iterator[int]) -> Iterator[None]:
        """A group that is not ours, and commits these offsets, one a second."""
        topic = self.pipeline.contracts.topic_of(InvoiceUploaded)
        settings = {**self.pipeline.kafka, "group.id": self.pipeline.namespace + name}
        done = threading.Event()

        def commit() -> None:
            consumer = Consumer(settings)
            for offset in offsets:
                wheres = [
                    TopicPartition(topic.name, each, offset) for each in range(topic.partitions)
                ]
                consumer.commit(offsets=wheres, asynchronous=False)
                if done.wait(1):
                    break
            consumer.close()

        thread = threading.Thread(target=commit)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


@contextmanager
def observed(bootstrap: str, folder: Path) -> Iterator[Observed]:
    """All of it, gone afterwards."""
    with ExitStack() as stack:
        yield Observed(bootstrap, folder, stack)
