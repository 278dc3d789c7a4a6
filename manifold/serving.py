"""The web application put together from the settings, and served until it is told to stop."""

from importlib.metadata import version

import uvicorn
from fastapi import FastAPI

from connectors.measures import Measures
from connectors.settings import Settings
from manifold.ingesting import ingest
from web.app import Area, application
from web.health import HealthArea
from web.principal import Everybody


def assembled(settings: Settings) -> FastAPI:
    """The application that the settings describe; nothing is connected before it starts."""
    invoices, parts = ingest(settings, Measures())
    areas: list[Area] = [HealthArea(parts), invoices]
    return application(Everybody(), areas, version("manifold"))


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
        timeout_graceful_shutdown=round(where.finish.total_seconds()),
    )
