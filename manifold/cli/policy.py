"""`manifold policy`: the policy as a file: check it, compare it, put it in force."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.policy_file import PolicyError, read_policy, write_policy
from connectors.policy_topic import PolicyTopic
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json, commands
from manifold.cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    Failed,
    complain,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)
from manifold.cli.policy_status import mode_of, published, status
from manifold.cli.reference_files import records_of
from operators.candidate import CANDIDATE, IN_FORCE, PREVIOUS
from operators.money import HUNDRED, Amount, parse
from operators.policy_change import (
    Changes,
    Known,
    Refused,
    promoted,
    put_in_force,
    rolled_back,
    tried,
)
from operators.policy_difference import differences
from operators.reference import ReferencePolicy

app = commands(
    "policy", "The policy: show it, check a file, compare it, publish it, try it on a share."
)


@app.command("show")
@explained()
def show_command(
    starter: Annotated[
        bool, typer.Option("--starter", help="The starter data's, instead of the one in force.")
    ] = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Print the policy in force as YAML, to change it and publish it again."""
    policy = starter_policy() if starter else in_force(cluster(bootstrap, extra))
    typer.echo(write_policy(policy), nl=False)


@app.command("check")
@explained()
def check_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Policies in YAML.")],
    json: Json = False,
) -> None:
    """Say what is wrong with a policy, mistake by mistake, with its line."""
    failed = False
    for file in files:
        try:
            policy = _read(file)
        except PolicyError as error:
            failed = True
            mistakes = list(error.mistakes)
        else:
            mistakes = []
        if json:
            json_line({"file": file, "mistakes": mistakes})
        elif mistakes:
            for mistake in mistakes:
                complain(f"{file}, {mistake}")
        else:
            typer.echo(printable(f"{file}: {_summary(policy)}"))
    if failed:
        raise typer.Exit(EXIT_FAILED)


@app.command("diff")
@explained()
def diff_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A policy in YAML.")],
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="OTHER", help="The policy to compare it with, instead of that in force."
        ),
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show what a policy changes: against the one in force, or against another file."""
    new = policy_from(file)
    old = in_force(cluster(bootstrap, extra)) if other is None else policy_from(other)
    changes = [(each.what, each.before, each.now) for each in differences(old, new)]
    shown = table("what", "before", "now")
    for what, before, now in changes:
        if json:
            json_line({"what": what, "before": before, "now": now})
        shown.add_row(what, printable(before), printable(now))
    if json:
        return
    if changes:
        console().print(shown)
    else:
        typer.echo("Nothing is different.")


@app.command("publish")
@explained()
def publish_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A policy in YAML.")],
    canary: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Try it: have it judge so many percent of the requests, 0.5 or 10.",
        ),
    ] = None,
    shadow: Annotated[
        bool,
        typer.Option("--shadow", help="Try it: have it judge all, but decide nothing."),
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Put a policy in force: every flow takes it over between two polls, without a restart.

    With --canary or --shadow it becomes the candidate: `manifold policy status` compares it with
    the one in force, `promote` puts it in force for all, `rollback` gives it up.
    """
    if shadow and canary is not None:
        raise Failed("A candidate is a canary or in shadow, not both.", EXIT_USAGE)
    policy = policy_from(file)
    if shadow or canary is not None:
        percent = None if canary is None else _percent(canary)
        _change(lambda known: tried(known, policy, percent), json, bootstrap, extra)
    else:
        _change(lambda known: put_in_force(known, policy), json, bootstrap, extra)


@app.command("promote")
@explained()
def promote_command(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Put the candidate in force for all; the policy before is kept for `rollback`."""
    _change(promoted, json, bootstrap, extra)


@app.command("rollback")
@explained()
def rollback_command(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Give up the candidate; without one, bring back the policy that was in force before."""
    _change(rolled_back, json, bootstrap, extra)


app.command("status")(status)


def _change(
    change: Callable[[Known], Changes],
    json: bool,
    bootstrap: str | None,
    extra: Sequence[str] | None,
) -> None:
    there = cluster(bootstrap, extra)
    topic = PolicyTopic(there.kafka, there.contracts, there.codec)
    topic.claim()
    known = {key: each.policy for key, each in topic.published().items()}
    try:
        changes = change(known)
    except Refused as error:
        raise Failed(str(error)) from None
    topic.change(changes)
    after = {key: policy for key, policy in {**known, **changes}.items() if policy is not None}
    if json:
        named = (("in_force", IN_FORCE), ("candidate", CANDIDATE), ("previous", PREVIOUS))
        json_line({name: after[key].version if key in after else None for name, key in named})
        return
    if IN_FORCE in changes:
        typer.echo(printable(f"In force: {_summary(after[IN_FORCE])}"))
    candidate = after.get(CANDIDATE)
    if candidate is not None:
        typer.echo(printable(f"Candidate, {mode_of(candidate)}: {_summary(candidate)}"))
    elif CANDIDATE in known and IN_FORCE not in changes:
        typer.echo(printable(f"Given up: version {known[CANDIDATE].version}"))


def _percent(text: str) -> Amount:
    with suppress(ValueError):
        percent = parse(text)
        if 0 < percent <= HUNDRED:
            return percent
    raise Failed(
        f"--canary {text}: write more than 0 and up to 100 percent, as in 10 or 0.5.", EXIT_USAGE
    )


def _read(file: str) -> ReferencePolicy:
    try:
        if file == "-":
            return read_policy(typer.get_text_stream("stdin").read())
        return read_policy(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError([f"the file cannot be opened: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise PolicyError(["the file is not UTF-8: save it as UTF-8"]) from None


def policy_from(file: str) -> ReferencePolicy:
    """The policy in a YAML file, - for standard input; Failed with its mistakes."""
    try:
        return _read(file)
    except PolicyError as error:
        raise Failed("\n".join(f"{file}, {mistake}" for mistake in error.mistakes)) from None


def starter_policy() -> ReferencePolicy:
    """The policy of the starter data."""
    contracts = Contracts.load(namespace="")
    records = records_of(contracts, Codec(contracts, LockIds(contracts)), (), starter=True)
    return next(record for record in records if isinstance(record, ReferencePolicy))


def policies(there: Cluster) -> Mapping[str, ReferencePolicy]:
    """The policies that stand in the topic, by key; Failed when none is in force."""
    return {key: each.policy for key, each in published(there).items()}


def in_force(there: Cluster) -> ReferencePolicy:
    """The policy in force; Failed when there is none."""
    return policies(there)[IN_FORCE]


def _summary(policy: ReferencePolicy) -> str:
    return (
        f"version {policy.version}, {counted(len(policy.decision), 'row')}, "
        f"{counted(len(policy.rules), 'rule')} with a severity of its own"
    )
