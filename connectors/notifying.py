"""Notifications on their way: to whom, when, and over which receiver."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from connectors.codec import Codec
from connectors.deliveries import Deliveries
from connectors.delivery_tables import OWED, TOLD, Told
from connectors.letter import Letters
from connectors.mail import PART as MAIL
from connectors.mail import Mail
from connectors.receiver import Outcome, Receiver
from connectors.settings import Settings
from connectors.steps import OnCaughtUp, OnRecord, OnTick, Written
from connectors.stream import Decoded, Ignored, Produced, Rejected
from connectors.tables import Tables
from connectors.webhook import Webhook
from operators.candidate import chosen
from operators.decision import InvoiceNotification
from operators.notifications import InvoiceNotificationAddressed, addressed, due
from operators.notifications.contents import latest
from operators.notifications.schedule import after_quiet, fault
from operators.outbox import Owed
from operators.reference import ReferencePolicy, ReferenceVendor
from operators.table import Lookup, Table
from operators.time import Instant, isoformat


class Reference(Struct, frozen=True):
    """What is looked up."""

    policies: Lookup[ReferencePolicy]
    vendors: Lookup[ReferenceVendor]


def notifying(
    deliveries: Deliveries, reference: Reference, remember: Instant
) -> tuple[OnRecord[Tables], OnCaughtUp[Tables], OnTick[Tables]]:
    """What follows from a notification, and from one that has been addressed to somebody.

    What somebody was told is remembered for `remember`.
    """

    def on_record(tables: Tables, decoded: Decoded[Any], at: Instant) -> Iterator[Written]:
        record, received = decoded.record, decoded.received
        if isinstance(record, InvoiceNotification):
            policy = chosen(reference.policies, record.request_id).policy
            routes = () if policy is None else policy.notifications
            vendor = reference.vendors.get(record.vendor_id) if routes else None
            for each in addressed(record, routes, vendor.name if vendor else None):
                yield Produced(each, received)
            return
        key = record.delivery_id
        if tables[TOLD.name].get(key) is not None or tables[OWED.name].get(key) is not None:
            yield Ignored(received)
            return
        wrong = fault(record)
        if wrong is not None:
            yield Rejected(received, "contract_broken", wrong)
            return
        when = due(record, at)
        owed = Owed(
            to=receiver_of(record),
            topic=received.topic,
            offset=received.offset,
            since=when,
            due=when,
            pack=_pack(record, when),
        )
        deliveries.owe(tables, received.partition, key, owed, decoded)

    def on_caught_up(tables: Tables, until: Instant, at: Instant) -> Iterable[Written]:
        told: Table[Told] = tables[TOLD.name]
        old: list[str] = []
        for key, each in told.items():
            if each.at >= until - remember:
                break
            old.append(key)
        for key in old:
            told.delete(key)
        return ()

    def on_tick(tables: Tables, partition: int, at: Instant) -> Iterator[Written]:
        return deliveries.tick(tables, partition, at, _told, _not_now)

    return on_record, on_caught_up, on_tick


def _told(
    tables: Tables,
    keys: Sequence[str],
    records: Sequence[Decoded[Any]],
    outcome: Outcome,
    at: Instant,
) -> Iterable[Written]:
    for key in keys:
        tables[TOLD.name].put(key, Told(at))
    return ()


def _not_now(records: Sequence[Decoded[Any]], at: Instant) -> Instant:
    return after_quiet(records[0].record, at)


def _pack(record: InvoiceNotificationAddressed, when: Instant) -> str:
    if record.digest not in ("HOURLY", "DAILY"):
        return ""
    return f"{record.mailbox}/{record.language}/{record.digest}/{isoformat(when)}"


def receiver_of(record: InvoiceNotificationAddressed) -> str:
    """Over which receiver somebody is told."""
    return MAIL if record.channel == "MAIL" else f"webhook {record.recipient}"


def receivers(settings: Settings, codec: Codec) -> Mapping[str, Receiver]:
    """Those that the settings have."""
    found: dict[str, Receiver] = {}
    if settings.mail.host is not None:
        found[MAIL] = Mail(settings.mail, Letters(settings.notify.link))
    for name, webhook in sorted(settings.notify.webhooks.items()):
        part = f"webhook {name}"
        found[part] = Webhook(part, webhook, Message(codec, settings.notify.link))
    return found


class Message:
    """What a webhook is sent: JSON, the same bytes for the same notifications."""

    def __init__(self, codec: Codec, link: str | None) -> None:
        """`link`: address of a request's page."""
        self._codec = codec
        self._link = link

    def __call__(self, records: Sequence[InvoiceNotificationAddressed]) -> bytes:
        """One message of one or several."""
        names = {each.notification.request_id: each.vendor_name for each in records}
        told = [
            {**self._codec.to_json(each), "vendor_name": names[each.request_id]}
            for each in latest(each.notification for each in records)
        ]
        message = {
            "type": "invoice.notification",
            "timestamp": max(each["created_at"] for each in told),
            "data": {"route": records[0].route, "notifications": told},
        }
        return msgspec.json.encode(message, order="deterministic")
