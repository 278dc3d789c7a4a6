"""Audits inventory's books commit by commit.

Two changelogs are written in the same transaction: what each request holds, and the sums of each
order. The first tells in which order things happened; quantities come from the answers, causes from
the settlements. What follows from them is held against the second.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from operators.books.answers import Answers
from operators.books.finding import Finding, FindingKind
from operators.books.limits import LAG, Limits
from operators.books.order import Move, OrderBooks
from operators.books.vouchers import answer_findings, held_by, settlement_findings
from operators.inventory.state import Claim, RequestClaims, Sums
from operators.money import Amount, render
from operators.result import Source
from operators.time import Instant

_NOBODY = RequestClaims()


class Audited(Struct, frozen=True, kw_only=True):
    """What was looked at, and what is wrong."""

    orders: int
    order_lines: int
    requests: int
    answers: int
    settlements: int
    commits: int
    """Transactions that changed a request."""
    compacted: int
    """Partitions whose history has been compacted: there, only the limits and what is reserved
    now could be looked at."""
    above: int
    """Order lines whose sum is above what may be billed now, and was not when it grew."""
    unproven: int
    """Sums that grew above what is known to have been received, when it may have been more."""
    findings: tuple[Finding, ...]


class Auditor:
    """Takes tables entry by entry, then requests commit by commit; `audited` closes the books."""

    def __init__(
        self,
        answers: Answers,
        limits: Limits,
        *,
        read: Callable[[Source], bool] = lambda _: True,
        settled: Callable[[Source], bool] = lambda _: True,
    ) -> None:
        """`answers` and `limits` must know everything when the first commit comes.

        `read`: whether inventory has certainly worked on a record of its inputs. `settled`: whether
        a changelog's record is so old that all of its transaction has been seen.
        """
        self._answers = answers
        self._limits = limits
        self._read = read
        self._settled = settled
        self._orders: dict[tuple[int, str], OrderBooks] = defaultdict(OrderBooks)
        self._requests: dict[tuple[int, str], RequestClaims] = {}
        self._judged: set[tuple[str, int]] = set()
        self._forgotten: set[str] = set()
        self._compacted: set[int] = set()
        self._over: set[tuple[int, str, str]] = set()
        self._findings: list[Finding] = []
        self._commits = self._unproven = 0

    def compacted(self, partition: int) -> None:
        """A partition's requests have lost records; say so before its first commit."""
        self._compacted.add(partition)

    def entry(self, order: str, sums: Mapping[str, Sums], where: Source, at: Instant) -> None:
        """An entry of the reservations in the changelog's order; empty when it was deleted."""
        self._orders[where.partition, order].entered(sums, where, at)

    def commit(
        self, changes: Iterable[tuple[str, RequestClaims | None]], where: Source, at: Instant
    ) -> None:
        """What one transaction changed of the requests; all entries have been taken by now."""
        self._commits += 1
        moves: dict[str, dict[str, list[Move]]] = defaultdict(lambda: defaultdict(list))
        booked: dict[str, dict[str, None]] = defaultdict(dict)
        fresh: set[tuple[str, str]] = set()
        for request_id, after in changes:
            key = (where.partition, request_id)
            before = self._requests.get(key, _NOBODY)
            if after is None:
                self._forget(request_id, self._requests.pop(key, _NOBODY), where)
                continue
            self._requests[key] = after
            for claim in after.claims:
                was = before.of(claim.attempt)
                if was == claim:
                    continue
                self._look_at(request_id, was, claim, where)
                order = claim.purchase_order
                for line, move in self._moves(request_id, was, claim):
                    assert order is not None
                    moves[order][line].append(move)
                    booked[order][request_id] = None
                    if not claim.credit and (was is None or not was.status):
                        fresh.add((order, line))
            for was in before.claims:
                if was.state == "reserved" and after.of(was.attempt) is None:
                    self._lost(request_id, was, where)
        if where.partition in self._compacted:
            return
        for order, by in moves.items():
            books = self._orders[where.partition, order]
            books.moved(by, tuple(booked[order]), where, at)
            for line in by:
                if (order, line) in fresh:
                    self._limit(order, line, books.total(line), where, at, tuple(booked[order]))

    def audited(self) -> Audited:
        """What has come of it."""
        for (partition, order), books in self._orders.items():
            self._grown(partition, order, books)
            if partition not in self._compacted:
                self._compare(order, books)
        for partition in self._compacted:
            self._compare_reserved(partition)
        for (_, request_id), known in self._requests.items():
            if request_id not in self._forgotten:
                found = settlement_findings(request_id, known, self._answers, self._read)
                self._findings += found
        self._look_at_answers()
        lines = [
            (partition, order, line, books)
            for (partition, order), books in self._orders.items()
            for line in books.lines()
        ]
        return Audited(
            orders=len(self._orders),
            order_lines=len(lines),
            requests=len({request_id for request_id, _, _ in self._answers.all()}),
            answers=self._answers.results,
            settlements=self._answers.settlements,
            commits=self._commits,
            compacted=len(self._compacted),
            above=sum(
                (partition, order, line) not in self._over and self._above(order, line, books)
                for partition, order, line, books in lines
            ),
            unproven=self._unproven,
            findings=tuple(self._findings),
        )

    def _look_at(self, request_id: str, was: Claim | None, claim: Claim, where: Source) -> None:
        if not claim.status:
            return
        if was is not None and was.status:
            if was.state not in ("reserved", claim.state):
                message = (
                    f"Request {request_id} attempt {claim.attempt} was {was.state}, and is "
                    f"{claim.state}."
                )
                self._find("final_changed", message, (request_id,), claim.purchase_order, (where,))
            if (was.purchase_order, was.lines) != (claim.purchase_order, claim.lines):
                message = f"Request {request_id} attempt {claim.attempt} holds what it did not."
                self._find(
                    "booked_otherwise", message, (request_id,), claim.purchase_order, (where,)
                )
            return
        self._judged.add((request_id, claim.attempt))
        if request_id not in self._forgotten:
            answered = self._answers.first(request_id, claim.attempt)
            self._findings += answer_findings(request_id, claim, answered, self._answers, where)

    def _moves(
        self, request_id: str, was: Claim | None, claim: Claim
    ) -> Iterator[tuple[str, Move]]:
        if claim.purchase_order is None:
            return
        known = request_id not in self._forgotten
        answered = self._answers.first(request_id, claim.attempt) if known else None
        before = was.state if was is not None and was.status else "released"
        if before == claim.state:
            return
        for line, quantity in held_by(claim, answered).items():
            confirmed = ((claim.state == "confirmed") - (before == "confirmed")) * quantity
            if claim.credit:
                yield line, Move(given_back=confirmed)
            else:
                reserved = ((claim.state == "reserved") - (before == "reserved")) * quantity
                yield line, Move(reserved, max(0, confirmed), max(0, -confirmed))

    def _forget(self, request_id: str, known: RequestClaims, where: Source) -> None:
        for claim in known.claims:
            if claim.state == "reserved":
                self._lost(request_id, claim, where)
        if request_id not in self._forgotten:
            self._findings += settlement_findings(request_id, known, self._answers, self._read)
        self._forgotten.add(request_id)

    def _lost(self, request_id: str, claim: Claim, where: Source) -> None:
        message = f"Request {request_id} attempt {claim.attempt} was forgotten while reserved."
        self._find("lost", message, (request_id,), claim.purchase_order, (where,))

    def _grown(self, partition: int, order: str, books: OrderBooks) -> None:
        """Every growth of the table's sums, each one a commit, against the limit of its time."""
        before: Mapping[str, Sums] | None = {} if partition not in self._compacted else None
        for entry in books.entries:
            for line, sums in entry.sums.items():
                if before is None or sum(sums) > sum(before.get(line, (0, 0))):
                    since = None if before is None else entry.at - LAG
                    self._limit(order, line, sum(sums), entry.where, entry.at, (), since)
            before = entry.sums

    def _limit(
        self,
        order: str,
        line: str,
        total: Amount,
        where: Source,
        at: Instant,
        request_ids: tuple[str, ...],
        since: Instant | None = -1,
    ) -> None:
        """`since` None: it may have grown at any time before."""
        since = at - LAG if since == -1 else since if since is not None else -(2**62)
        most = self._limits.most(order, line, since, at + LAG)
        if total <= most or (where.partition, order, line) in self._over:
            return
        if not self._limits.proves(since):
            self._unproven += 1
            return
        self._over.add((where.partition, order, line))
        message = (
            f"Order {order} line {line}: {render(total, 0)} reserved and confirmed, of "
            f"{render(most, 0)} that may be billed with the tolerance."
        )
        self._find("over_limit", message, request_ids, order, (where,), line)

    def _above(self, order: str, line: str, books: OrderBooks) -> bool:
        last = books.entries[-1].sums if books.entries else {}
        now = 2**62
        return sum(last.get(line, (0, 0))) > self._limits.most(order, line, now, now)

    def _compare(self, order: str, books: OrderBooks) -> None:
        found = books.difference()
        if found is None or not self._settled(found.sources[0]):
            return
        message = f"Order {order} line {found.order_line}: {found.message}."
        self._find(
            "books_differ", message, found.request_ids, order, found.sources, found.order_line
        )

    def _compare_reserved(self, partition: int) -> None:
        """What is reserved stays with its request until it is settled, so it is all still there."""
        held: dict[tuple[str, str], Amount] = defaultdict(int)
        by: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (number, request_id), known in self._requests.items():
            for claim in known.claims if number == partition else ():
                if claim.state != "reserved" or claim.credit or claim.purchase_order is None:
                    continue
                answered = self._answers.first(request_id, claim.attempt)
                for line, quantity in held_by(claim, answered).items():
                    held[claim.purchase_order, line] += quantity
                    by[claim.purchase_order, line].append(request_id)
        said = {
            (order, line): quantity
            for (number, order), books in self._orders.items()
            if number == partition
            for line, quantity in books.reserved()
        }
        for order, line in sorted({*held, *said}):
            one, other = said.get((order, line), 0), held[order, line]
            if one != other:
                message = (
                    f"Order {order} line {line}: the table says {render(one, 0)} reserved, the "
                    f"requests hold {render(other, 0)}."
                )
                books = self._orders[partition, order]
                sources = tuple(entry.where for entry in books.entries[-1:])
                if not sources or self._settled(sources[0]):
                    ids = tuple(by[order, line])
                    self._find("books_differ", message, ids, order, sources, line)

    def _look_at_answers(self) -> None:
        for request_id, attempt, answered in self._answers.all():
            if (
                answered.reserves
                and answered.upload.partition not in self._compacted
                and (request_id, attempt) not in self._judged
                and self._read(answered.upload)
            ):
                message = f"Request {request_id} attempt {attempt} was answered, and holds nothing."
                sources = (answered.result,)
                order = answered.purchase_order
                self._find("not_booked", message, (request_id,), order, sources)
        for request_id in self._answers.doubtful():
            for attempt, again in self._answers.otherwise(request_id):
                if request_id in self._forgotten or again.upload.partition in self._compacted:
                    continue
                first = self._answers.first(request_id, attempt)
                both = tuple(each.result for each in (first, again) if each is not None)
                message = f"Request {request_id} attempt {attempt} was answered twice, differently."
                self._find("answered_twice", message, (request_id,), again.purchase_order, both)

    def _find(
        self,
        kind: FindingKind,
        message: str,
        request_ids: tuple[str, ...],
        order: str | None,
        sources: tuple[Source, ...],
        line: str | None = None,
    ) -> None:
        self._findings.append(
            Finding(
                kind=kind,
                message=message,
                request_ids=request_ids,
                purchase_order=order,
                order_line=line,
                sources=sources,
            )
        )
