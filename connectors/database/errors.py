"""What can go wrong with the database, named by what follows from it."""

from collections.abc import Callable
from typing import TypeVar

import stamina
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from connectors.errors import Misconfigured, Unavailable

Answer = TypeVar("Answer")

ATTEMPTS = 5
PATIENCE_SECONDS = 8.0
"""After this no further attempt begins; the shortest Kafka transaction lasts 10 s."""

_RETRIES = stamina.RetryingCaller(
    attempts=ATTEMPTS,
    timeout=PATIENCE_SECONDS,
    wait_initial=0.1,
    wait_max=2.0,
    wait_jitter=0.2,
)

_SQLITE_TRANSIENT = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL", "SQLITE_IOERR")
_SQLITE_REFUSED = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_NOTADB")
_IDLE_IN_TRANSACTION_TIMEOUT = "25P03"
_REFUSED = ("28", "3D", "42501")
"""Authentication, unknown database, missing privilege."""
_UNKNOWN_TABLE_OR_COLUMN = ("42P01", "42703", "3F000")
_PERMANENT = (*_REFUSED, "54")


class DatabaseError(Misconfigured):
    """The database cannot be used; the text says what to do."""


class DatabaseUnavailable(Unavailable):
    """The database did not do what was asked, though it was asked several times."""


class SchemaOutdated(DatabaseError):
    """The database's tables are not those this program writes."""


class EventConflict(DatabaseError):
    """A record differs from the one the audit trail has for the same topic and offset."""


def retrying(where: str, call: Callable[[], Answer]) -> Answer:
    """What `call` returns, repeated while the failure is transient.

    Repeated are: lost and refused connections, deadlocks, serialization failures, lock timeouts,
    a busy SQLite file, and integrity errors (another process entered the same events meanwhile;
    the next attempt finds them). `where` names the database in messages, without its password.

    Raises DatabaseUnavailable when the attempts or the time are used up, SchemaOutdated when a
    table is missing.
    """
    try:
        return _RETRIES(is_transient, call)
    except DBAPIError as error:
        raise explained(where, error) from error


def is_transient(error: Exception) -> bool:
    """True when the same call may succeed a moment later."""
    if isinstance(error, IntegrityError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    sqlite, state = _codes(error)
    if sqlite:
        return sqlite.startswith(_SQLITE_TRANSIENT)
    if error.connection_invalidated or state == _IDLE_IN_TRANSACTION_TIMEOUT:
        return True
    return isinstance(error, OperationalError | InterfaceError) and not state.startswith(_PERMANENT)


def explained(where: str, error: DBAPIError) -> Exception:
    """The error to show for one of the driver's; the same error when it is a bug of ours."""
    sqlite, state = _codes(error)
    cause = str(error.orig).partition("\n")[0]
    if state in _UNKNOWN_TABLE_OR_COLUMN or cause.startswith(("no such table", "no such column")):
        return SchemaOutdated(f"{where} lacks what this program writes: run `manifold db migrate`")
    if isinstance(error, IntegrityError):
        return DatabaseUnavailable(f"{where}: other processes keep writing the same events")
    if is_transient(error):
        return DatabaseUnavailable(f"{where} does not answer: {cause}")
    if sqlite.startswith(_SQLITE_REFUSED) or state.startswith(_REFUSED):
        return DatabaseUnavailable(f"{where} refuses: {cause}; check the setting database.url")
    return error


def _codes(error: DBAPIError) -> tuple[str, str]:
    sqlite = getattr(error.orig, "sqlite_errorname", None) or ""
    state = getattr(error.orig, "sqlstate", None) or ""
    return sqlite, state
