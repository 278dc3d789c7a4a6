"""Whose requests are, as far as somebody has said: of the latest, in bounded memory."""

from collections.abc import Callable, Iterable, Mapping

from connectors.errors import Misconfigured, Unavailable
from connectors.logs import Log
from operators.progress import Happened
from operators.time import Instant

log = Log(__name__)

_MOST = 100_000
_HELD = 50_000
_PATIENCE: Instant = 60_000
_AGAIN: Instant = 500
"""What has just been uploaded is not stored yet: no use in asking at every poll."""
_AWAY: Instant = 20_000
"""A database that does not answer is waited for up to eleven seconds, and nothing is told then."""


class Owners:
    """Says whose each event is, and holds back those of which nobody knows yet.

    An answer may be read before the upload it is about, which stands in another partition; and
    uploads from before this process began are asked for where they are stored, which may be later
    still.
    """

    def __init__(self, stored: Callable[[Iterable[str]], Mapping[str, str | None]]) -> None:
        """`stored`: whose requests are, as far as stored.

        It may raise Unavailable or Misconfigured: what is of nobody known is held back until it
        answers again, and all else is told meanwhile.
        """
        self._stored = stored
        self._known: dict[str, str | None] = {}
        self._held: list[tuple[Instant, Happened]] = []
        self._ask_at: Instant = 0
        self._away = False
        self.dropped = 0
        """Events that belong to nobody known, even after a minute in which that could be asked."""

    def of(self, happened: list[Happened], now: Instant) -> list[tuple[str | None, Happened]]:
        """The events with their owners, what was held back before them."""
        for each in happened:
            if each.what == "uploaded" and (each.attempt == 1 or each.tenant is not None):
                # A correction names nobody: it is of whom the first upload is.
                self._known.setdefault(each.request_id, each.tenant)
        pending = [*self._held, *((now, each) for each in happened)]
        self._ask(pending, now)
        told: list[tuple[str | None, Happened]] = []
        self._held = []
        known = self._known
        for since, each in pending:
            if not each.request_id:
                told.append((None, each))
            elif each.request_id in known:
                told.append((known[each.request_id], each))
            elif now - since < _PATIENCE and len(self._held) < _HELD:
                # While nobody can be asked it does not get old.
                self._held.append((now if self._away else since, each))
            else:
                self.dropped += 1
        while len(known) > _MOST:
            del known[next(iter(known))]
        return told

    def _ask(self, pending: list[tuple[Instant, Happened]], now: Instant) -> None:
        unknown = {
            each.request_id
            for _, each in pending
            if each.request_id and each.request_id not in self._known
        }
        if not unknown or now < self._ask_at:
            return
        try:
            self._known |= self._stored(unknown)
        except (Unavailable, Misconfigured) as error:
            if not self._away:
                log.warning("requests of before are not told live", why=str(error))
            self._away = True
            self._ask_at = now + _AWAY
        else:
            self._away = False
            self._ask_at = now + _AGAIN
