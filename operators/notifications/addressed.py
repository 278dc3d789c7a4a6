"""A notification for one recipient: each recipient's in one partition, and told once.

>>> mailbox("MAIL", "ap@example.org") == mailbox("MAIL", "AP@example.org ")
True
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from msgspec import Struct

from operators.decision import InvoiceNotification
from operators.notifications.route import Channel, Digest, Language, NotificationRoute, fits


class InvoiceNotificationAddressed(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody has to be told something."""

    mailbox: str
    """Channel and recipient, as a digest that names nobody: what is told one is in one place."""
    delivery_id: str
    """Identifies it: the same for the same request, attempt, revision, channel and recipient."""
    channel: Channel
    """The way."""
    recipient: str
    """Address, or name of a webhook."""
    route: str
    """Route of the policy that says so."""
    language: Language = "EN"
    """Of what is written to people."""
    digest: Digest = "IMMEDIATELY"
    """At once, or together with others."""
    daily_at: int = 480
    """Minute of the day of a daily digest."""
    quiet_from: int | None = None
    """Minute of the day from which nobody is disturbed."""
    quiet_until: int | None = None
    """Minute of the day at which they may be again."""
    time_zone: str = "UTC"
    """Of these minutes."""
    vendor_name: str | None = None
    """Name of the vendor, where it is known."""
    notification: InvoiceNotification
    """What there is to tell."""


def mailbox(channel: Channel, recipient: str) -> str:
    """Stands for a recipient wherever an address has no business: in keys and logs."""
    return sha256(f"{channel}:{recipient.strip().lower()}".encode()).hexdigest()[:32]


def addressed(
    notification: InvoiceNotification,
    routes: Iterable[NotificationRoute],
    vendor_name: str | None,
) -> Iterator[InvoiceNotificationAddressed]:
    """What each recipient is told; of several routes to the same one the first counts."""
    told: set[str] = set()
    for route in routes:
        if not fits(route, notification):
            continue
        for recipient in route.recipients:
            box = mailbox(route.channel, recipient)
            if box in told:
                continue
            told.add(box)
            yield InvoiceNotificationAddressed(
                mailbox=box,
                delivery_id=_delivery_id(notification, box),
                channel=route.channel,
                recipient=recipient,
                route=route.name,
                language=route.language,
                digest=route.digest,
                daily_at=route.daily_at,
                quiet_from=route.quiet_from,
                quiet_until=route.quiet_until,
                time_zone=route.time_zone,
                vendor_name=vendor_name,
                notification=notification,
            )


def _delivery_id(notification: InvoiceNotification, box: str) -> str:
    what = f"{notification.request_id}/{notification.attempt}/{notification.revision}/{box}"
    return sha256(what.encode()).hexdigest()[:32]
