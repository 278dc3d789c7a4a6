"""The web application put together from the settings, and served until it is told to stop."""

from importlib.metadata import version

import uvicorn
from fastapi import FastAPI

from connectors.settings import Settings
from manifold.admission import admission, guarded
from web.app import Area, application
from web.health import HealthArea
from web.pages.area import PagesArea
from web.pages.rendering import Pages


def assembled(settings: Settings) -> FastAPI:
    """The application that the settings describe; nothing is connected before it starts."""
    pages = Pages()
    admitting = admission(settings, pages)
    areas: list[Area] = [HealthArea({}), PagesArea(pages), *admitting.areas]
    app = application(admitting.access, areas, version("manifold"), pages.telling)
    guarded(app, settings.web, admitting.trail)
    return app


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first."""
    where = settings.web
    uvicorn.run(
        assembled(settings),
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
