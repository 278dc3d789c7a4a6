"""The web application put together from the settings, and served until it is told to stop."""

from importlib.metadata import version
from types import FrameType

import uvicorn
from fastapi import FastAPI

from connectors.settings import Settings
from manifold.serving_live import telling
from web.app import Area, application
from web.health import HealthArea
from web.pages.area import PagesArea
from web.pages.rendering import Pages
from web.principal import Everybody


def assembled(settings: Settings) -> FastAPI:
    """The application that the settings describe; nothing is connected before it starts."""
    pages = Pages()
    live = telling(settings, pages)
    areas: list[Area] = [
        HealthArea({"feed": live.feed.problem}),
        PagesArea(pages),
        live.requests,
        live.live,
    ]
    app = application(Everybody(), areas, version("manifold"), pages.telling)
    app.state.ending = (live.hub.end_soon,)
    return app


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first."""
    where = settings.web
    _Server(
        uvicorn.Config(
            assembled(settings),
            host=where.host,
            port=where.port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=round(where.finish.total_seconds()),
        )
    ).run()


class _Server(uvicorn.Server):
    """Tells streams to end before it waits for requests under way: they would never end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for end in self.config.app.state.ending:  # type: ignore[union-attr]
            end()
        super().handle_exit(sig, frame)
