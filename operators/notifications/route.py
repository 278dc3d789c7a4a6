"""Which routes of the policy a notification takes.

>>> from msgspec.structs import replace
>>> told = InvoiceNotification(notification_id="r/1/1", request_id="r", attempt=1, revision=1,
...     invoice_id="R-1", vendor_id="v", audience="CLERK", subject="", created_at=0, amount=500)
>>> route = NotificationRoute("clerks", "MAIL", ("ap@example.org",), audience="CLERK")
>>> fits(route, told), fits(replace(route, amount_from=501), told)
(True, False)
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.decision import InvoiceNotification
from operators.money import Amount

Channel: TypeAlias = Literal["MAIL", "WEBHOOK", "UNKNOWN"]
"""The way to somebody."""

Language: TypeAlias = Literal["EN", "DE", "UNKNOWN"]
"""English, German."""

Digest: TypeAlias = Literal["IMMEDIATELY", "HOURLY", "DAILY", "UNKNOWN"]
"""When: each at once, or together with the others of an hour or a day."""

RouteAudience: TypeAlias = Literal["CLERK", "PRODUCER", "ANY", "UNKNOWN"]
"""Whom a route is for."""


class NotificationRoute(Struct, frozen=True, gc=False):
    """Who is told of what, how and when; every route that fits is taken."""

    name: str
    """Shown to people."""
    channel: Channel
    """The way."""
    recipients: tuple[str, ...]
    """Addresses for mail; names of webhooks, whose addresses the settings have."""
    audience: RouteAudience = "ANY"
    """Whom it is for."""
    groups: tuple[str, ...] = ()
    """Only what one of these groups has to look at; empty: whoever has to."""
    vendor_classes: tuple[str, ...] = ()
    """Only invoices of vendors of one of these classes; empty: of any."""
    amount_from: Amount | None = None
    """Only when that much is due or more, in the policy's base currency, or it is not known."""
    language: Language = "EN"
    """Of what is written to people."""
    digest: Digest = "IMMEDIATELY"
    """When."""
    daily_at: int = 480
    """Minute of the day of a daily digest."""
    quiet_from: int | None = None
    """Minute of the day from which nobody is disturbed; null: at no time."""
    quiet_until: int | None = None
    """Minute of the day at which they may be again."""
    time_zone: str = "UTC"
    """Of these minutes, by its IANA name."""


def fits(route: NotificationRoute, notification: InvoiceNotification) -> bool:
    """Whether a notification takes a route.

    An amount that is not known counts as large enough: better told than not.
    """
    if route.audience not in ("ANY", notification.audience):
        return False
    if route.groups and notification.group not in route.groups:
        return False
    if route.vendor_classes and notification.vendor_class not in route.vendor_classes:
        return False
    amount = notification.amount
    return route.amount_from is None or amount is None or amount >= route.amount_from
