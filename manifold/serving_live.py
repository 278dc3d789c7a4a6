"""What tells of requests, put together: the database, the feed, and the areas over them."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from msgspec import Struct

from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.database.requests import Requests
from connectors.database.sealing import Sealing
from connectors.lag import Lags
from connectors.live import Feed
from connectors.measures import Measures
from connectors.policy_topic import PolicyTopic
from connectors.schema_ids import schema_ids
from connectors.settings import Settings
from manifold.cli.flow_groups import FLOWS_AND_FUSED, flows_there, topics_read_by
from operators.lag import PartitionLag
from web.access.other_tenants import Whose
from web.live.area import LiveArea
from web.live.flows import Flows
from web.live.frames import Frames
from web.live.hub import Hub
from web.live.mailbox import Mailbox
from web.live.streams import Streams
from web.pages.rendering import Pages
from web.principal import Principal
from web.requests.area import RequestsArea
from web.requests.documents import Documents
from web.requests.following import steps
from web.requests.page import RequestPages
from web.requests.reading import Reading
from web.requests.records import Records
from web.requests.seeding import seed
from web.requests.telling import event
from web.requests.withdrawing import Withdrawing

_CONNECTIONS = 4
"""To the database, of those who read."""
_WINDOW = 60_000
"""Milliseconds without a commit, something waiting, that make a flow's state STOP."""
_HEARTBEAT = 60.0


class Telling(Struct, frozen=True):
    """The areas that tell of requests, and what else hangs on them."""

    requests: RequestsArea
    live: LiveArea
    hub: Hub
    feed: Feed
    whose: Whose
    """The tenant of a request."""


def telling(settings: Settings, pages: Pages, measures: Measures) -> Telling:
    """Put them together; nothing is connected yet."""
    contracts = Contracts.load(namespace=settings.namespace)
    codec = Codec(contracts, schema_ids(settings.registry, contracts))
    kafka = settings.kafka_client
    policies = PolicyTopic(kafka, contracts, codec)
    requests = Requests(settings.database.url, _CONNECTIONS + 1, Sealing.of(settings))
    reading = Reading(requests, _CONNECTIONS)
    hub = Hub()
    feed = Feed(kafka, contracts, codec, requests.tenants, hub.from_feed, measures)
    lags = Lags(kafka, _WINDOW)

    def look() -> list[PartitionLag]:
        there = lags.groups
        if there.embedded():
            flows = list(FLOWS_AND_FUSED)
        else:
            names = there.names()
            own = [settings.namespace + flow for flow in FLOWS_AND_FUSED]
            own = [name for name in own if name in names]
            flows = flows_there(contracts, own, there.members(own))
        found = lags.look(
            {settings.namespace + flow: topics_read_by(contracts, flow) for flow in flows}
        )
        # The embedded broker does not say which groups there are; those have committed something.
        there_are = {each.group for each in found if each.committed is not None}
        return [each for each in found if not there.embedded() or each.group in there_are]

    async def follow(
        request_id: str, who: Principal, box: Mailbox
    ) -> AsyncIterator[dict[str, object]]:
        async with aclosing(steps(reading, hub, request_id, who, box, _HEARTBEAT)) as found:
            async for step in found:
                if step is not None:
                    yield event(*step).model_dump()

    async def begin(tenant: str | None) -> None:
        await seed(reading, hub, tenant)

    limits = settings.web.limits
    # Whoever watches leaves connections for those who send.
    streams = Streams(max(1, limits.connections * 3 // 4), limits.streams)
    frames = Frames(hub, Flows(look, settings.namespace), measures)
    about = RequestsArea(
        reading,
        hub,
        streams,
        RequestPages(
            pages, lambda: {key: each.policy for key, each in policies.published().items()}
        ),
        Records(kafka, codec),
        Documents(settings.documents),
        Withdrawing(kafka, contracts, codec),
    )
    live = LiveArea(hub, streams, frames, feed, follow, begin, pages)
    return Telling(about, live, hub, feed, reading.tenants)
