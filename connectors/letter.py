"""Notifications as people read them: plain text and HTML, in English or German."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from connectors.mail import Letter
from operators import money
from operators.decision import InvoiceNotification
from operators.notifications import InvoiceNotificationAddressed
from operators.notifications.contents import latest

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = 200
"""Invoices that one message lists; of the others it says how many there are."""

_BRANCHES: Mapping[str, Mapping[str, str]] = {
    "EN": {
        "VALIDATION": "validation",
        "INVENTORY": "inventory",
        "FRAUD": "the fraud check",
        "PRICING": "the price check",
        "UNKNOWN": "a check",
    },
    "DE": {
        "VALIDATION": "die Rechnungsprüfung",
        "INVENTORY": "der Wareneingang",
        "FRAUD": "die Betrugsprüfung",
        "PRICING": "die Preisprüfung",
        "UNKNOWN": "eine Prüfung",
    },
}
_AND = {"EN": " and ", "DE": " und "}


class Item(Struct, frozen=True):
    """One invoice in a message."""

    invoice: str
    vendor: str
    amount: str | None
    cause: str
    branches: str
    many: bool
    """Whether these are several."""
    subject: str
    """As it was written in English, for a cause that this program does not know."""
    reasons: tuple[str, ...]
    at: str
    link: str | None


class Letters:
    """Writes letters. Threads may share it."""

    def __init__(self, link: str | None) -> None:
        """`link`: address of a request's page with `{request_id}` in it."""
        self._link = link
        made: dict[str, Any] = {
            "loader": FileSystemLoader(_TEMPLATES),
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "keep_trailing_newline": True,
        }
        self._text = Environment(autoescape=False, **made)
        self._html = Environment(autoescape=True, **made)

    def __call__(self, records: Sequence[InvoiceNotificationAddressed]) -> Letter:
        """One letter of what one recipient is told."""
        first = records[0]
        language = "DE" if first.language == "DE" else "EN"
        names = {each.notification.request_id: each.vendor_name for each in records}
        found = latest(each.notification for each in records)
        zone = ZoneInfo(first.time_zone)
        items = [self._item(each, names[each.request_id], language, zone) for each in found]
        values = {
            "items": items[:_SHOWN],
            "more": len(items) - len(items[:_SHOWN]),
            "count": len(items),
            "digest": first.digest not in ("IMMEDIATELY", "UNKNOWN"),
            "route": _line(first.route),
        }
        folder = language.lower()
        return Letter(
            recipient=first.recipient,
            subject=self._text.get_template(f"{folder}/subject.txt").render(values).strip(),
            text=self._text.get_template(f"{folder}/letter.txt").render(values),
            html=self._html.get_template(f"{folder}/letter.html").render(values),
            language=folder,
        )

    def _item(
        self, told: InvoiceNotification, vendor_name: str | None, language: str, zone: ZoneInfo
    ) -> Item:
        branches = [_BRANCHES[language].get(each, each) for each in told.branches]
        at = datetime.fromtimestamp(told.created_at / 1_000, zone)
        return Item(
            invoice=_line(told.invoice_id),
            vendor=_line(vendor_name or told.vendor_id),
            amount=_amount(told, language),
            cause=told.cause,
            branches=_AND[language].join(branches),
            many=len(branches) > 1,
            subject=_line(told.subject),
            reasons=told.reasons,
            at=at.strftime("%d.%m.%Y, %H:%M" if language == "DE" else "%Y-%m-%d, %H:%M"),
            link=self._page(told.request_id),
        )

    def _page(self, request_id: str) -> str | None:
        if self._link is None:
            return None
        return self._link.replace("{request_id}", quote(request_id, safe=""))


def _line(text: str) -> str:
    """What others wrote, in one line: it may not add lines, or headers, to a message."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _amount(told: InvoiceNotification, language: str) -> str | None:
    if told.due is None or told.currency is None:
        return None
    return f"{amount_text(money.render(told.due), language)} {_line(told.currency)}"


def amount_text(plain: str, language: str) -> str:
    """An amount as people of a language write it.

    >>> amount_text("-1234567.5", "EN"), amount_text("1234567.50", "DE"), amount_text("12", "DE")
    ('-1,234,567.5', '1.234.567,50', '12')
    """
    whole, _, part = plain.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}"
    text = f"{sign}{grouped}.{part}" if part else f"{sign}{grouped}"
    return text.translate(str.maketrans(",.", ".,")) if language == "DE" else text
