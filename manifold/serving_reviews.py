"""What people work on, put together: reviews, dead letters, policies."""

from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.database.connected import Connected
from connectors.database.requests import Requests
from connectors.database.review_answers import ReviewAnswers
from connectors.database.review_queue import ReviewQueue
from connectors.database.sealing import Sealing
from connectors.schema_ids import schema_ids
from connectors.settings import Settings
from web.app import Area
from web.letters.area import LettersArea
from web.pages.rendering import Pages
from web.policy.area import PolicyArea
from web.review.area import ReviewArea, Reviewing
from web.review.judged import JudgedInvoices
from web.review.outbox import Outbox
from web.review.pictures import Pictures
from web.review.rules import Rules


def working(settings: Settings, pages: Pages) -> tuple[Area, ...]:
    """The pages; nothing is connected yet."""
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    return (
        reviews(settings, contracts, codec, pages),
        LettersArea(pages, settings.kafka_client, contracts, codec),
        PolicyArea(pages, settings.kafka_client, contracts, codec),
    )


def reviews(settings: Settings, contracts: Contracts, codec: Codec, pages: Pages) -> ReviewArea:
    """The review pages."""
    kafka = settings.kafka_client
    sealing = Sealing.of(settings)
    database = Connected(settings.database.url, sealing=sealing)
    answers = ReviewAnswers(database)
    return ReviewArea(
        Reviewing(
            pages=pages,
            queue=ReviewQueue(database),
            answers=answers,
            requests=Requests(settings.database.url, sealing=sealing),
            judged=JudgedInvoices(kafka, contracts, codec),
            pictures=Pictures(settings.documents),
            rules=Rules(kafka, contracts, codec),
            outbox=Outbox(answers, kafka, contracts, codec),
            lease=round(settings.web.review_lease.total_seconds() * 1_000),
            undo=round(settings.web.review_undo.total_seconds() * 1_000),
        )
    )
