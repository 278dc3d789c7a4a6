"""`manifold backtest`: what another policy would have decided on past invoices."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from heapq import merge
from operator import itemgetter
from typing import Annotated, Any, TypeVar

import typer
from msgspec import Struct

from connectors.browse import every_partition, partitions_of, read_between, start_offsets
from connectors.codec import Undecodable
from connectors.offsets import Where, end_offsets
from connectors.policy_topic import PolicyTopic
from connectors.reference import GroupedReferenceTable, ReferenceTable, ReferenceTables
from connectors.services import Both
from connectors.stream import Decoded, Received
from connectors.wire import Wire
from flows import fraud, inventory, pricing, validation
from manifold.backtest import Backtest, Decision, Decisions, References, empty_state
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.compared import as_json, tell
from manifold.cli.instants import instant
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    printable,
)
from manifold.cli.policy import policy_from
from manifold.cli.policy_status import published
from operators.candidate import IN_FORCE
from operators.decision import InvoiceSettled
from operators.fraud import accounts_of
from operators.pricing import keys_of_contract
from operators.reference import (
    ReferenceAgreement,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
)
from operators.time import Instant
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

V = TypeVar("V", bound=Struct)

_READ = (InvoiceUploaded, InvoiceOcrCompleted, InvoiceSettled)


@explained()
def backtest(
    policy: Annotated[str, typer.Option(metavar="FILE", help="The policy to try, in YAML.")],
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="INSTANT", help="Judge invoices written from then on."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Judge those written before then.")
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Judge past invoices by another policy, and say which decisions it would change.

    Uploads and settlements are read from the beginning of their topics, so that reservations and
    vendors' histories are as they were when an invoice came; orders, contracts, rates and other
    reference data are as they are now. Nothing is written, and no group is joined.

    Ctrl-C ends it with what has been found so far.
    """
    candidate = policy_from(policy)
    begin = None if since is None else instant("--from", since)
    end = None if until is None else instant("--to", until)
    if begin is not None and end is not None and begin >= end:
        raise Failed(f"--from {since} is not before --to {until}: no invoice is.", EXIT_USAGE)
    there = cluster(bootstrap, extra)
    in_force = published(there)[IN_FORCE].policy
    counts = partitions_of(there.kafka, {there.topic(record).name for record in _READ})
    started = time.monotonic()
    backtested = Backtest(
        _references(there),
        candidate,
        in_force,
        _by_version(there),
        _decisions(there),
        begin,
        end,
    )
    # What has been read by now stays to the end: no use in looking it through for garbage.
    gc.freeze()
    reading = time.monotonic()
    whole = True
    try:
        _replay(there, counts, backtested, end)
    except KeyboardInterrupt:
        whole = False
    seconds = time.monotonic() - reading
    invoices = backtested.judged + backtested.rebuilt
    found = {
        "policy": candidate.version,
        "in_force": in_force.version,
        "complete": whole,
        "judged": backtested.judged,
        "rebuilt_only": backtested.rebuilt,
        "undecided": backtested.undecided,
        "stood_in": backtested.stood_in,
        "unreadable": backtested.unreadable,
        "seconds": round(time.monotonic() - started, 3),
        "per_second": round(invoices / seconds) if seconds else 0,
    }
    if json:
        json_line(found | as_json(backtested.by_policy) | {"anyway": as_json(backtested.anyway)})
    else:
        _tell(found, backtested, in_force.base_currency)
    if not whole:
        complain("Interrupted: these are only the invoices judged so far.")
        raise typer.Exit(EXIT_INTERRUPTED)


def _references(there: Cluster) -> References:
    """Reference data as of now."""
    tables: list[ReferenceTable[Any]] = []

    def table(record: type[Any]) -> ReferenceTable[Any]:
        made = ReferenceTable(there.topic(record).name, there.codec.decoder(record))
        tables.append(made)
        return made

    def grouped(
        record: type[V], groups_of: Callable[[V], Iterable[str]]
    ) -> GroupedReferenceTable[V]:
        made = GroupedReferenceTable(
            there.topic(record).name, there.codec.decoder(record), groups_of
        )
        tables.append(made)
        return made

    receipts = grouped(ReferenceGoodsReceipt, lambda receipt: (receipt.purchase_order,))
    vendors = grouped(ReferenceVendor, accounts_of)
    contracts = grouped(ReferenceContract, keys_of_contract)
    agreements = grouped(ReferenceAgreement, lambda agreement: (agreement.vendor_id,))
    policies = table(ReferencePolicy)
    rates = Both[ReferenceExchangeRate](table(ReferenceExchangeRate), None)
    orders = Both[ReferencePurchaseOrder](table(ReferencePurchaseOrder), None)
    tax_rates = table(ReferenceTaxRate)
    found = References(
        validation.Reference(policies, tax_rates),
        inventory.Reference(policies, orders, receipts.groups),
        fraud.Reference(policies, vendors, vendors.groups, rates),
        pricing.Reference(policies, contracts.groups, agreements.groups, rates, tax_rates),
    )
    with closing(ReferenceTables(there.kafka, tables)) as reading:
        reading.load(lambda: False)
    return found


def _by_version(there: Cluster) -> dict[str, ReferencePolicy]:
    """Every policy that has not been compacted away, by its version."""
    history = PolicyTopic(there.kafka, there.contracts, there.codec).history()
    return {each.policy.version: each.policy for _, each in history if each is not None}


def _decisions(there: Cluster) -> Decisions:
    topic = there.topic(Decision)
    decode = there.codec.decoder(Decision)
    starts = start_offsets(there.kafka, every_partition(partitions_of(there.kafka, {topic.name})))
    found = Decisions()
    with progress("reading decisions") as passed:
        for received in read_between(there.kafka, starts, tell=passed):
            if received.value is not None:
                with suppress(Undecodable):
                    found.add(decode(received.value))
    return found


def _replay(
    there: Cluster, counts: dict[str, int], backtested: Backtest, until: Instant | None
) -> None:
    """Take in every partition, one after the other."""
    wire = Wire("backtest", there.contracts, there.codec, _READ)
    starts = start_offsets(there.kafka, every_partition(counts))
    ends = end_offsets(there.kafka, starts)
    total = sum(ends[where] - start for where, start in starts.items())
    passed = dict.fromkeys(starts, 0)
    with progress("judging") as tell:

        def records(where: Where) -> Iterator[Received]:
            def seen(done: int, _: int) -> None:
                passed[where] = done
                tell(sum(passed.values()), total)

            return read_between(there.kafka, {where: starts[where]}, tell=seen)

        def decoded(where: Where) -> Iterator[tuple[Instant, Decoded[Any]]]:
            for received in records(where):
                if until is not None and received.timestamp >= until:
                    continue
                record = wire.decode(received)
                if isinstance(record, Decoded):
                    yield backtested.met_at(record), record
                elif record is not None:
                    backtested.unreadable += 1

        for number in range(max(counts.values())):
            state = empty_state()
            streams = [decoded(where) for where in starts if where[1] == number]
            for _, record in merge(*streams, key=itemgetter(0)):
                backtested.take(state, record)


def _tell(found: dict[str, Any], backtested: Backtest, currency: str) -> None:
    typer.echo(
        printable(
            f"Policy {found['policy']} on {counted(found['judged'], 'past invoice')}; "
            f"in force is {found['in_force']}."
        )
    )
    tell(backtested.by_policy, currency, console())
    if backtested.anyway.compared:
        typer.echo(
            f"{counted(backtested.anyway.compared, 'more decision')} would be different by the "
            "policy that was in force too: reference data has changed since, a branch had been "
            "away, or a person decided."
        )
    if backtested.undecided:
        typer.echo(
            f"{counted(backtested.undecided, 'invoice')} had no decision: compared with what "
            "the policy in force makes of them now."
        )
    if backtested.stood_in:
        typer.echo(
            f"{counted(backtested.stood_in, 'invoice')} had been judged by a policy that is no "
            "longer known: the policy in force rebuilt the state in its place."
        )
    if found["unreadable"]:
        typer.echo(f"{counted(found['unreadable'], 'record')} could not be read.")
    typer.echo(
        f"Reference data as of now. {found['seconds']:.1f} s, {found['per_second']:,} invoices/s, "
        f"of which {found['rebuilt_only']:,} only rebuilt the state."
    )
