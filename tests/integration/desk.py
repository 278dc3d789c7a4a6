"""The pages over a database and topics of their own, and people who look at them in a browser.

No flow runs: what is asked and decided is entered as `collect` would.
"""

import os
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.requests import HTTPConnection

from connectors.clock import now
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.database import Store
from connectors.database.migration import migrate
from connectors.document_reader import DocumentReader
from connectors.object_store import Store as Documents
from connectors.publish import Publisher
from connectors.resolved import DeadLetterResolved
from connectors.settings import Database, Settings
from connectors.settings import Documents as DocumentSettings
from connectors.topics import Topics
from connectors.web_settings import Web
from manifold.serving import Assembled
from operators.audit import Event, witness
from operators.extraction.gate import Gates
from operators.extraction.outcome import question
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Source
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.time import DAY
from operators.upload import InvoiceUploaded, Metadata
from web.principal import SCOPES, Principal

PERSON = "X-Person"
TENANT = "X-Tenant"
_OFFSETS = count()
_PATIENCE = 60.0


class ByHeader:
    """Believes a header: for tests, where nobody else asks."""

    async def __call__(self, connection: HTTPConnection, /) -> Principal:
        who = connection.headers.get(PERSON, "anna.berger")
        scopes = SCOPES if who != "ben.costa" else ("read", "review")
        return Principal(who, connection.headers.get(TENANT), frozenset(scopes))


class Desk:
    """A web application with what it needs."""

    def __init__(self, bootstrap: str, folder: Path, **web: Any) -> None:
        self.settings = Settings.load(
            kafka={"bootstrap.servers": bootstrap},
            namespace=f"t{uuid.uuid4().hex[:8]}.",
            database=Database(url=f"sqlite:///{folder / 'manifold.db'}"),
            documents=DocumentSettings(url=str(folder / "documents"), workers=1),
            web=Web(**web),
        )
        self.kafka = {**self.settings.kafka_client, "log_level": "0"}
        self.contracts = Contracts.load(namespace=self.settings.namespace)
        self.codec = Codec(self.contracts, LockIds(self.contracts))
        self.address = ""
        migrate(self.settings.database.url)
        self.store = Store.connect(self.settings.database.url)
        self.documents = Documents(self.settings.documents)
        kinds = (
            InvoiceReviewCompleted,
            InvoiceUploaded,
            ReferencePolicy,
            ReferenceTaxRate,
            DeadLetterResolved,
        )
        wanted = {self.contracts.topic_of(kind).name for kind in kinds}
        wanted |= {f"{name}.dlq" for name in wanted}
        topics = Topics(self.kafka)
        every = [each for each in self.contracts.every_topic() if each.name in wanted]
        topics.create(topics.plan(every))

    def publish(self, *records: Any) -> None:
        with Publisher(self.kafka, self.contracts, self.codec, "test") as publisher:
            for record in records:
                publisher.send(record)

    def enter(self, *records: Any) -> None:
        """Enter what happened as `collect` does."""
        self.store.append("collect-0", [_event(each) for each in records])

    def ask(self, request_id: str, revision: int = 1, **changes: Any) -> InvoiceReviewRequested:
        """Ask about a decision."""
        asked = InvoiceReviewRequested(
            **{
                "request_id": request_id,
                "revision": revision,
                "kind": "DECISION",
                "invoice_id": f"R-{request_id}",
                "vendor_id": "V-1001",
                "row": "doubtful",
                "reason": "A branch found something that a person should look at.",
                "approvers": "purchasing",
                "opened_at": now() - 65_000,
                "expires_at": now() + 30 * DAY,
                **changes,
            }
        )
        self.enter(asked)
        return asked

    def scan(
        self, request_id: str, content: bytes, media_type: str = "application/pdf"
    ) -> InvoiceReviewRequested:
        """Ask about a document, as `extract` does when it is not sure."""
        upload = InvoiceUploaded(
            request_id=request_id,
            invoice_id=f"{request_id}.pdf",
            origin="SCAN",
            uploaded_at=now() - 65_000,
            document=self.documents.put(content, media_type, now()),
            metadata=Metadata(),
        )
        read = DocumentReader().read(content, Gates())
        asked = question(upload, read, vendor_known=True, days=30, now=now() - 60_000)
        self.enter(upload, asked)
        return asked

    @contextmanager
    def open(self) -> Iterator[str]:
        """The address of the pages, which are served while this lasts."""
        try:
            by_header = not self.settings.web.tokens.development
            with serving(self.settings, by_header=by_header) as self.address:
                yield self.address
        finally:
            self.store.close()


@contextmanager
def serving(settings: Settings, *, by_header: bool = True) -> Iterator[str]:
    """The address of an application, while this lasts; it believes headers, or as settings say."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    app = Assembled(settings, ByHeader() if by_header else None).app
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _PATIENCE
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started, "the pages are not served"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A real browser, as the system has it installed."""
    named = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, named)), None)
    assert program, "no Chromium is installed: run deploy/browser/requirements"
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()


def person(browser: Browser, address: str, name: str = "anna.berger", **options: Any) -> Page:
    """A person's own browser window."""
    context = browser.new_context(
        base_url=address,
        extra_http_headers={PERSON: name},
        viewport={"width": 1440, "height": 900},
        **options,
    )
    context.set_default_timeout(30_000)
    return context.new_page()


def _event(record: Any) -> Event:
    kind = type(record).__name__
    source = Source(kind, 0, next(_OFFSETS))
    return witness(kind, record, source, msgspec.json.encode(record))
