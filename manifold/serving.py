"""The web application put together from the settings, and served until it is told to stop."""

import gc
import signal
from importlib.metadata import version
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI

from connectors.measures import Measures
from connectors.settings import Settings
from connectors.web_telemetry import served
from manifold.admission import admission, guarded
from manifold.exits import Exit
from manifold.ingesting import ingest
from manifold.serving_live import telling
from manifold.serving_reviews import working
from web.access.other_tenants import OtherTenants
from web.app import Area, application
from web.health import HealthArea
from web.pages.area import PagesArea
from web.pages.rendering import Pages
from web.principal import Access
from web.watched import Watched


class Assembled:
    """The application that the settings describe; nothing is connected before it starts."""

    def __init__(self, settings: Settings, access: Access | None = None) -> None:
        """`access`: instead of what the settings say."""
        self.measures = Measures()
        invoices, broker, beside = ingest(settings, self.measures)
        pages = Pages()
        live = telling(settings, pages, self.measures)
        admitting = admission(settings, pages)
        beside = {**beside, "feed": live.feed.problem}
        self.parts = {**broker, **beside}
        self.health = HealthArea(broker, beside)
        areas: list[Area] = [
            self.health,
            invoices,
            PagesArea(pages),
            live.requests,
            live.live,
            *working(settings, pages),
            *admitting.areas,
        ]
        self.app: FastAPI = application(
            access or admitting.access, areas, version("manifold"), pages.telling
        )
        self.app.state.ending = (live.hub.end_soon,)
        self.app.state.not_there = OtherTenants(live.whose, admitting.trail)
        guarded(self.app, settings.web, admitting.trail)
        self.app.add_middleware(Watched, measures=self.measures)


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first. Raises PortBusy."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # The server takes them over, and raises them again when everything is finished.
        signal.signal(number, _end)
    where = settings.web
    made = Assembled(settings)
    # What is there now stays: looking through it again and again costs requests milliseconds.
    gc.collect()
    gc.freeze()
    with served(settings.telemetry, made.measures, made.parts, made.health.look):
        _Server(
            uvicorn.Config(
                made.app,
                host=where.host,
                port=where.port,
                access_log=False,
                log_config=None,
                server_header=False,
                limit_concurrency=where.limits.connections,
                proxy_headers=bool(where.limits.proxies),
                forwarded_allow_ips=list(where.limits.proxies),
                timeout_graceful_shutdown=round(where.finish.total_seconds()),
            )
        ).run()


class _Server(uvicorn.Server):
    """Tells streams to end before it waits for requests under way: they would never end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for end in self.config.app.state.ending:  # type: ignore[union-attr]  # it is our application
            end()
        super().handle_exit(sig, frame)


def _end(*_: object) -> NoReturn:
    raise SystemExit(Exit.CLEAN)
