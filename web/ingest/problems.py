"""What keeps an invoice from coming in, told so that a client knows whether to send it again."""

from connectors.async_producer import NotTaken, Unacknowledged
from connectors.clamav import Infected, ScannerAway
from connectors.codec import TooLarge
from connectors.database.errors import DatabaseUnavailable
from connectors.einvoice.uploaded import NoVendor
from connectors.errors import Unavailable
from connectors.object_store import DocumentRefused, StoreAway
from connectors.request_keys import KeysAway
from web.ingest.key import HEADER, Key
from web.ingest.limits import busy
from web.problem import Problem

_BROKER_AGAIN = 2
_OTHERS_AGAIN = 5
"""Seconds."""

Failure = (Unavailable, DocumentRefused, Infected, NoVendor, TooLarge)
"""What may come of taking an invoice."""


def told(error: Exception, key: Key) -> Problem:
    """The problem that a failure is told as."""
    match error:
        case NotTaken(why="busy"):
            return busy("Too many invoices wait for Kafka.")
        case NotTaken(why="refused"):
            return _away("kafka-refuses", "Kafka does not take the invoice", str(error), 30)
        case NotTaken():
            return _away("kafka-away", "Kafka is away", str(error), _BROKER_AGAIN)
        case Unacknowledged():
            return _unknown(key)
        case KeysAway():
            what = f"Nothing is known of the {HEADER}, and without it an invoice may come in twice"
            return _away("keys-away", "Keys are not known", what, _OTHERS_AGAIN)
        case ScannerAway():
            return _away("scanner-away", "Documents cannot be scanned", str(error), _OTHERS_AGAIN)
        case Infected():
            return _unfit("malware", "The document is harmful", str(error))
        case StoreAway():
            return _away("store-away", "The document store is away", str(error), _OTHERS_AGAIN)
        case DatabaseUnavailable():
            return _away("database-away", "The database is away", str(error), _OTHERS_AGAIN)
        case DocumentRefused():
            return _unfit(error.reason.replace("_", "-"), "The document is not there", str(error))
        case NoVendor():
            return _unfit(
                "no-vendor", "Whose invoice is it?", f"{error} Say whose it is with ?vendor_id=."
            )
        case TooLarge():
            return Problem(
                413,
                "too-large",
                "The invoice is too large",
                "It is more than a record of Kafka takes. Split it, or send it as a document.",
            )
    raise error


def _away(kind: str, title: str, detail: str, seconds: int) -> Problem:
    sentence = detail[:1].upper() + detail[1:].rstrip(".")
    return Problem(
        503,
        kind,
        title,
        f"{sentence}. The invoice was not taken: send it again.",
        retry_after=seconds,
        written="no",
    )


def _unknown(key: Key) -> Problem:
    """The one answer after which sending again blindly could bring an invoice in twice."""
    return Problem(
        503,
        "unacknowledged",
        "Kafka has not acknowledged the invoice",
        f"It may be in and it may not. Send the same again with the {HEADER} of `idempotency_key`: "
        "it is then the same request, and is decided once.",
        retry_after=_BROKER_AGAIN,
        written="unknown",
        request_id=key.request_id,
        idempotency_key=key.given,
    )


def _unfit(kind: str, title: str, detail: str) -> Problem:
    sentence = detail[:1].upper() + detail[1:].rstrip(".")
    return Problem(422, kind, title, f"{sentence}.")
