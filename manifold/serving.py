"""The web application put together from the settings, and served until it is told to stop."""

from importlib.metadata import version
from types import FrameType

import uvicorn
from fastapi import FastAPI

from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.database.connected import Connected
from connectors.database.requests import Requests
from connectors.database.review_answers import ReviewAnswers
from connectors.database.review_queue import ReviewQueue
from connectors.registry import schema_ids
from connectors.settings import Settings
from manifold.serving_live import telling
from web.app import Area, application
from web.health import HealthArea
from web.letters.area import LettersArea
from web.pages.area import PagesArea
from web.pages.rendering import Pages
from web.policy.area import PolicyArea
from web.principal import Access, Everybody
from web.review.area import ReviewArea, Reviewing
from web.review.judged import JudgedInvoices
from web.review.outbox import Outbox
from web.review.pictures import Pictures
from web.review.rules import Rules


def assembled(settings: Settings, access: Access | None = None) -> FastAPI:
    """The application that the settings describe; nothing is connected before it starts."""
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    pages = Pages()
    live = telling(settings, contracts, codec, pages)
    areas: list[Area] = [
        HealthArea({"feed": live.feed.problem}),
        PagesArea(pages),
        live.requests,
        live.live,
        reviews(settings, contracts, codec, pages),
        LettersArea(pages, settings.kafka_client, contracts, codec),
        PolicyArea(pages, settings.kafka_client, contracts, codec),
    ]
    app = application(access or Everybody(), areas, version("manifold"), pages.telling)
    app.state.ending = (live.hub.end_soon,)
    return app


def reviews(settings: Settings, contracts: Contracts, codec: Codec, pages: Pages) -> ReviewArea:
    """The review pages."""
    kafka = settings.kafka_client
    database = Connected(settings.database.url)
    answers = ReviewAnswers(database)
    return ReviewArea(
        Reviewing(
            pages=pages,
            queue=ReviewQueue(database),
            answers=answers,
            requests=Requests(settings.database.url),
            judged=JudgedInvoices(kafka, contracts, codec),
            pictures=Pictures(settings.documents),
            rules=Rules(kafka, contracts, codec),
            outbox=Outbox(answers, kafka, contracts, codec),
            lease=round(settings.web.review_lease.total_seconds() * 1_000),
            undo=round(settings.web.review_undo.total_seconds() * 1_000),
        )
    )


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
