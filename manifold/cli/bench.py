"""`manifold bench`: how good reading and judgement are, measured on what is known."""

from typing import Annotated

import typer
from msgspec.structs import asdict

from manifold.cli.extraction_bench import extraction
from manifold.cli.memory_bench import memory
from manifold.cli.options import Json, commands
from manifold.cli.output import Failed, console, explained, json_line, table
from manifold.cli.policy import policy_from, starter_policy
from manifold.fraud_bench import Measured, judged, measured
from manifold.generator.fraud_histories import history
from operators.money import render

app = commands("bench", "Measure how good reading and judgement are, on what is known.")


@app.callback()
def bench() -> None:
    """Measure how good reading and judgement are, on what is known."""


app.command("extraction")(extraction)
app.command("memory")(memory)


@app.command("fraud")
@explained()
def fraud_command(
    seed: Annotated[
        int, typer.Option(help="Same seed, same history; those below 100 were used for tuning.")
    ] = 101,
    vendors: Annotated[int, typer.Option(min=40, help="Vendors of the history.")] = 800,
    cases: Annotated[int, typer.Option(min=1, help="Frauds of each kind.")] = 120,
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A policy in YAML, instead of the starter data's."),
    ] = None,
    json: Json = False,
) -> None:
    """Judge fourteen months of invoices, and say which frauds are found, and what is not one.

    A case is caught when one of its invoices gets the policy's warning score. Precision is the
    share of frauds of a kind among what was stopped for that kind.
    """
    in_force = policy_from(policy) if policy is not None else starter_policy()
    progress = console(stderr=True)
    with progress.status("writing a history"):
        try:
            made = history(seed, vendors, cases)
        except ValueError as error:
            raise Failed(f"{error} (--vendors).") from None
    with progress.status("judging") as status:
        found = judged(
            made,
            in_force,
            lambda number: status.update(f"judging: {number:,} of {len(made.invoices):,}"),
        )
    result = measured(found, in_force.fraud_warning_score)
    if json:
        json_line(
            {"seed": seed, "policy_version": in_force.version, **asdict(result)}
            | {"false_alarm_rate": result.false_alarm_rate}
        )
        return
    _tell(result)


def _tell(result: Measured) -> None:
    kinds = table("fraud", "cases", "caught", "recall", "false alarms", "precision")
    for each in result.kinds:
        kinds.add_row(
            each.kind,
            str(each.cases),
            str(each.caught),
            f"{each.recall:.3f}",
            str(each.false_alarms),
            "–" if each.precision is None else f"{each.precision:.3f}",
        )
    curve = table("from score", "to look at", "of these clean", "cases missed", "their amount")
    for at in result.curve:
        curve.add_row(
            str(at.score),
            f"{at.stopped:,}",
            f"{at.false_alarms:,}",
            f"{at.missed:,}",
            render(at.missed_amount),
        )
    shown = console()
    shown.print(kinds)
    shown.print(curve)
    typer.echo(
        f"{result.invoices:,} invoices, {result.clean:,} of them clean; "
        f"{result.false_alarms:,} false alarms, {result.false_alarm_rate:.2%} of the clean ones."
    )
