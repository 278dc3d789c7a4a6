"""What is remembered of a vendor: its latest invoices and the accounts it was paid to.

The newest invoices stand in the vendor's `VendorProfile`; whenever `PAGE` have come together they
are sealed into a `SealedPage`, and the page sealed `PAGES` pages earlier is overwritten. So an
invoice writes one small value, and a vendor never has more than `PAGE` * (`PAGES` + 1) invoices.
"""

from collections.abc import Iterator
from hashlib import sha256
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from operators.money import Amount
from operators.result import Evidence
from operators.table import Table
from operators.time import Instant

PAGE = 16
PAGES = 12

EARLIER = 4
"""Answers to earlier attempts that are remembered with a request."""

ACCOUNTS = 8
"""Accounts that are remembered of a vendor."""

TRUSTED = 3
"""Requests after which an account counts as known."""


class Answer(Struct, frozen=True, array_like=True, gc=False):
    """What one attempt was answered."""

    attempt: int
    warning_score: int
    """Score from which that was a warning then."""
    fail_score: int
    """Score from which that was a failure then."""
    evidence: tuple[Evidence, ...] = ()


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """One request of a vendor: its latest attempt."""

    request_id: str
    answer: Answer
    number: str
    """Invoice number without punctuation; empty when there is none."""
    likeness: int
    """Same for invoices with the same amount, currency and date; 0 when one is missing."""
    amount: Amount | None
    """Amount in base currency; None when it says nothing about what is usual."""
    uploaded_at: Instant
    account: str = ""
    """Fingerprint of the account, for a vendor without accounts in its master data."""
    earlier: tuple[Answer, ...] = ()
    """Answers to earlier attempts."""
    issued: int = 0
    """Issue date as a proleptic ordinal; 0 when there is none."""


class SealedPage(Struct, frozen=True, array_like=True, gc=False):
    """Older invoices of a vendor, sixteen together."""

    entries: tuple[Entry, ...]
    marks: bytes
    """Twelve bytes an entry, so that a page without a hit is passed over at once."""


class VendorProfile(Struct, frozen=True, array_like=True, gc=False):
    """The newest invoices of a vendor and the accounts it uses."""

    recent: tuple[Entry, ...] = ()
    sealed: int = 0
    """Pages sealed so far."""
    accounts: dict[str, int] = {}
    """Fingerprint to number of requests (up to `TRUSTED`), the first used coming first."""


class Marks(Struct, frozen=True):
    """What to look for in a page."""

    request: bytes
    number: bytes
    likeness: bytes


_NONE = bytes(4)


def marks_of(request_id: str, number: str, likeness: int) -> Marks:
    """The marks of a request."""
    return Marks(
        crc32(request_id.encode("utf-8", "replace")).to_bytes(4, "big"),
        crc32(number.encode("utf-8", "replace")).to_bytes(4, "big") if number else _NONE,
        likeness.to_bytes(4, "big"),
    )


def fingerprint(vendor_id: str, iban: str) -> str:
    """Tells accounts of a vendor apart without saying which they are: 64 bits of SHA-256."""
    return sha256(f"{vendor_id}\0{iban}".encode("utf-8", "replace")).hexdigest()[:16]


class History:
    """A vendor's remembered invoices, read from and written to its two tables."""

    def __init__(
        self,
        vendor_id: str,
        profiles: Table[VendorProfile],
        seen: Table[SealedPage],
    ) -> None:
        """The history of one vendor."""
        self._vendor_id = vendor_id
        self._profiles = profiles
        self._seen = seen
        self.profile = profiles.get(vendor_id) or VendorProfile()

    def matching(self, marks: Marks) -> list[Entry]:
        """All recent entries, and older ones of pages that may hold what is looked for."""
        found = list(self.profile.recent)
        request, number, likeness = marks.request, marks.number, marks.likeness
        get, vendor_id = self._seen.get, self._vendor_id
        for slot in range(min(self.profile.sealed, PAGES)):
            page = get(f"{vendor_id}/{slot}")
            if page is None:
                continue
            known = page.marks
            if (
                request in known
                or (number != _NONE and number in known)
                or (likeness != _NONE and likeness in known)
            ):
                found.extend(page.entries)
        return found

    def newest(self) -> tuple[Entry, ...]:
        """Between one and two pages of the newest entries, or all there are."""
        profile = self.profile
        page = self._seen.get(self._key(profile.sealed - 1)) if profile.sealed else None
        return profile.recent if page is None else page.entries + profile.recent

    def all(self) -> Iterator[Entry]:
        """Every entry that is remembered, the older pages in no order."""
        for slot in range(min(self.profile.sealed, PAGES)):
            page = self._seen.get(self._key(slot))
            yield from () if page is None else page.entries
        yield from self.profile.recent

    def record(self, entry: Entry, before: Entry | None) -> None:
        """Remember a request, in place of its earlier attempt if there is one."""
        profile = self.profile
        accounts = _accounts(profile.accounts, before.account if before else "", entry.account)
        recent = profile.recent
        if before is None:
            recent = (*recent, entry)
        elif before in recent:
            recent = _exchanged(recent, entry)
        else:
            self._rewrite(entry, before)
        sealed = profile.sealed
        if len(recent) >= PAGE:
            self._seen.put(self._key(sealed), _page(recent))
            recent, sealed = (), sealed + 1
        self._profiles.put(self._vendor_id, VendorProfile(recent, sealed, accounts))

    def _rewrite(self, entry: Entry, before: Entry) -> None:
        for slot in range(min(self.profile.sealed, PAGES)):
            page = self._seen.get(self._key(slot))
            if page is not None and before in page.entries:
                self._seen.put(self._key(slot), _page(_exchanged(page.entries, entry)))
                return

    def _key(self, sealed: int) -> str:
        return f"{self._vendor_id}/{sealed % PAGES}"


def replaced(entry: Entry, before: Entry | None) -> Entry:
    """The entry of a later attempt, with the answers given before."""
    if before is None:
        return entry
    return replace(entry, earlier=(*before.earlier, before.answer)[-EARLIER:])


def _exchanged(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    return tuple(entry if each.request_id == entry.request_id else each for each in entries)


def _page(entries: tuple[Entry, ...]) -> SealedPage:
    marks = (marks_of(entry.request_id, entry.number, entry.likeness) for entry in entries)
    return SealedPage(entries, b"".join(m.request + m.number + m.likeness for m in marks))


def without(accounts: dict[str, int], account: str) -> dict[str, int]:
    """The accounts with one use of one of them taken back, unless it is trusted by now."""
    if accounts.get(account, TRUSTED) >= TRUSTED:
        return accounts
    counts = dict(accounts)
    counts[account] -= 1
    if counts[account] <= 0:
        del counts[account]
    return counts


def _accounts(accounts: dict[str, int], before: str, now: str) -> dict[str, int]:
    """The accounts with one used now, and the earlier attempt's use taken back."""
    if before == now:
        return accounts
    counts = dict(without(accounts, before))
    if now:
        counts[now] = min(counts.get(now, 0) + 1, TRUSTED)
        if len(counts) > ACCOUNTS:
            _first, *between, _newest = counts
            del counts[min(between, key=counts.__getitem__)]
    return counts
