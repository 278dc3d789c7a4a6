"""`manifold policy status`: what is in force, what is being tried, and what came of it so far."""

from typing import Annotated, Any

import typer
from rich.console import Console

from connectors.policy_topic import PolicyTopic, Published
from connectors.policy_trial import PolicyTrials, candidate_of
from manifold.cli.cluster import Cluster, cluster, progress
from manifold.cli.compared import as_json, shown, tell
from manifold.cli.instants import instant
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import Failed, console, explained, json_line, printable, table
from operators.candidate import IN_FORCE, PREVIOUS
from operators.comparison import Side, Trial
from operators.money import render
from operators.reference import ReferencePolicy
from operators.time import Instant, isoformat


@explained()
def status(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Count decisions from then on, instead of from the latest publication.",
        ),
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Say which policies are in force and being tried, and compare what they decided.

    A canary's requests are compared with all others decided in the same time; in shadow, the
    same requests are compared with each other. Of each attempt its latest revision counts.
    """
    begin = None if since is None else instant("--since", since)
    there = cluster(bootstrap, extra)
    known = published(there)
    in_force, candidate = known[IN_FORCE], candidate_of(known)
    begun = max(in_force.at, candidate.at if candidate is not None else 0)
    if begin is not None:
        begun = begin
    version = candidate.policy.version if candidate is not None else ""
    with progress("reading decisions") as passed:
        trial = PolicyTrials(there.kafka, there.contracts, there.codec).since(
            begun, in_force.policy.version, version, passed
        )
    if json:
        json_line(_machine(known, candidate, begun, trial))
        return
    _tell(known, candidate, begun, trial)


def published(there: Cluster) -> dict[str, Published]:
    """The policies that stand in the topic, by key; Failed when none is in force."""
    known = PolicyTopic(there.kafka, there.contracts, there.codec).published()
    if IN_FORCE not in known:
        raise Failed(
            "No policy is in force. Publish one, or load the starter data with "
            "`manifold reference load --starter`."
        )
    return known


def _machine(
    known: dict[str, Published], candidate: Published | None, since: Instant, trial: Trial
) -> dict[str, Any]:
    before = known.get(PREVIOUS)
    found: dict[str, Any] = {
        "in_force": _version(known[IN_FORCE]) | _side(trial.by_policy),
        "candidate": None,
        "previous": None if before is None else _version(before),
        "since": isoformat(since),
        "by_other_policies": trial.elsewise,
        "mixed_policies": trial.mixed,
    }
    if candidate is not None:
        percent = candidate.policy.canary_percent
        mode = (
            {"mode": "shadow"}
            if percent is None
            else {"mode": "canary", "percent": render(percent, 0)}
        )
        found["candidate"] = _version(candidate) | mode | _side(trial.by_candidate)
        if percent is None:
            found["shadow"] = as_json(trial.shadow) | {
                "branches": {name: as_json(each) for name, each in trial.branches.items()}
            }
    return found


def _version(one: Published) -> dict[str, Any]:
    return {"version": one.policy.version, "published_at": isoformat(one.at)}


def _side(side: Side) -> dict[str, Any]:
    return {
        "decided": side.decided,
        "statuses": {
            status: {
                "count": move.count,
                "share": round(move.count / side.decided, 4),
                "amount": render(move.amount),
                "examples": move.examples,
            }
            for status, move in sorted(side.statuses.items())
        },
        "branches": side.branches,
    }


def _tell(
    known: dict[str, Published], candidate: Published | None, since: Instant, trial: Trial
) -> None:
    policy = known[IN_FORCE].policy
    _say(f"In force: version {policy.version}, since {isoformat(known[IN_FORCE].at)}")
    if PREVIOUS in known:
        _say(f"Before it: version {known[PREVIOUS].policy.version}")
    if candidate is None:
        _say("No candidate is being tried.")
    else:
        _say(
            f"Candidate: version {candidate.policy.version}, {mode_of(candidate.policy)}, "
            f"since {isoformat(candidate.at)}"
        )
    if not trial.by_policy.decided and not trial.by_candidate.decided:
        other = f", but {trial.elsewise:,} by other policies" if trial.elsewise else ""
        _say(f"Nothing has been decided by them since {isoformat(since)}{other}.")
        return
    _say(f"Decided since {isoformat(since)}:")
    out = console()
    if candidate is None or candidate.policy.canary_percent is not None:
        _tell_sides(trial, policy.base_currency, candidate is not None, out)
    else:
        tell(trial.shadow, policy.base_currency, out)
        _tell_branches(trial, out)
    if trial.elsewise:
        _say(f"{trial.elsewise:,} more by other policies.")
    if trial.mixed:
        _say(f"On {trial.mixed:,} of them a branch answered by another policy than decided.")


def mode_of(policy: ReferencePolicy) -> str:
    """How a candidate is being tried."""
    percent = policy.canary_percent
    return "in shadow" if percent is None else f"for {render(percent, 0)} % of the requests"


def _tell_sides(trial: Trial, currency: str, tried: bool, out: Console) -> None:
    sides = {"in force": trial.by_policy} | ({"candidate": trial.by_candidate} if tried else {})
    columns = (column for name in sides for column in (f">{name}", ">share", f">{currency}"))
    decisions = table("decision", *columns)
    for status in sorted({status for side in sides.values() for status in side.statuses}):
        decisions.add_row(
            status, *(cell for side in sides.values() for cell in _cells(side, status))
        )
    totals = (cell for side in sides.values() for cell in (f"{side.decided:,}", "", ""))
    decisions.add_row("all", *totals)
    out.print(decisions)
    if not tried:
        return
    examples = table("by the candidate", "for example")
    for status, move in sorted(trial.by_candidate.statuses.items()):
        examples.add_row(status, printable(" ".join(move.examples[:1])))
    out.print(examples)
    branches = table("branch", "answer", ">in force", ">candidate")
    for name in sorted({branch for side in sides.values() for branch in side.branches}):
        counts = [side.branches.get(name, {}) for side in sides.values()]
        for answer in sorted({answer for each in counts for answer in each}):
            shares = (
                f"{each.get(answer, 0) / sum(each.values()):.1%}" if each else "–"
                for each in counts
            )
            branches.add_row(name, answer, *shares)
    out.print(branches)


def _cells(side: Side, status: str) -> tuple[str, str, str]:
    move = side.statuses.get(status)
    if move is None:
        return "–", "–", "–"
    return f"{move.count:,}", f"{move.count / side.decided:.1%}", shown(move.amount)


def _tell_branches(trial: Trial, out: Console) -> None:
    answers = table("branch", "from", "to", ">answers", "for example")
    for name, found in sorted(trial.branches.items()):
        for move in found.moves():
            example = printable(" ".join(move.examples[:1]))
            answers.add_row(name, move.before, move.after, f"{move.count:,}", example)
    if answers.row_count:
        out.print(answers)


def _say(sentence: str) -> None:
    typer.echo(printable(sentence))
