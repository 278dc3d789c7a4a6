"""`manifold demo`: the whole pipeline on this machine, nothing to install."""

import contextlib
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from connectors.settings import Settings
from flows import FLOWS
from manifold.board import BoardProcess
from manifold.cli.options import Json
from manifold.cli.output import EXIT_INTERRUPTED, Failed, explained, json_line
from manifold.demonstration import Demonstration, Outcome, Tally
from manifold.embedded import Embedded
from manifold.fleet import told
from manifold.supervisor import Misconfigured, Supervisor, until_signalled
from operators.decide import BRANCHES
from operators.enrichment import InvoiceEnriched
from operators.money import render

_COLOURS = {"APPROVED": "green", "REVIEW": "yellow", "REJECTED": "red"}
_SHOWN = 12


@explained()
def demo(
    count: Annotated[int, typer.Option(min=1, max=20_000, help="How many invoices.")] = 40,
    rate: Annotated[
        float | None,
        typer.Option(min=0.1, help="Invoices a second; without it all at once."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other invoices.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")
    ] = False,
    json: Json = False,
) -> None:
    """Decide invented invoices, some with known faults, with every flow on an embedded broker.

    Meanwhile a board shows them at an address that is printed; --keep leaves it there.

    Exits with 0 only if every request was decided and every fault found by its branch.
    """
    console = Console(stderr=json)
    try:
        with Embedded(Settings.load()) as embedded:
            demonstration = Demonstration(embedded.settings, count, seed)
            supervisor = Supervisor(FLOWS, embedded.settings, logs=embedded.folder)
            board = BoardProcess(embedded.settings, embedded.folder / "serve.log")
            with told(supervisor, embedded.settings.telemetry, console.print), supervisor, board:
                if board.wait():
                    console.print(f"Watch it at {board.address}\n", soft_wrap=True)
                else:
                    console.print("The board does not answer; the demo goes on without it.\n")
                tally = _show(console, demonstration, supervisor, count, rate)
                _conclude(console, tally)
                _post(console, demonstration.posted())
                if keep:
                    _keep(console, embedded, supervisor, board)
            if not tally.decided or supervisor.restarts:
                _explain(console, embedded)
    except Misconfigured as error:
        raise Failed(str(error)) from None
    except KeyboardInterrupt:
        raise Failed("Interrupted; nothing is left running.", EXIT_INTERRUPTED) from None
    if json:
        json_line(tally.summary())
    good = tally.decided and not tally.duplicates and tally.faults_found == tally.faults
    raise typer.Exit(0 if good else 1)


def _keep(
    console: Console, embedded: Embedded, supervisor: Supervisor, board: BoardProcess
) -> None:
    address = embedded.settings.kafka_client["bootstrap.servers"]
    console.print(
        f"\nStill running on {address}: use it with --bootstrap, or look at {board.address}. "
        "Ctrl-C ends it.",
        soft_wrap=True,
    )
    until_signalled(supervisor)


def _show(
    console: Console,
    demonstration: Demonstration,
    supervisor: Supervisor,
    count: int,
    rate: float | None,
) -> Tally:
    tally = Tally(count)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    task = progress.add_task(f"starting {len(FLOWS)} flows", total=count)
    live = Live(progress, console=console, refresh_per_second=8, transient=True)
    with live if console.is_terminal else contextlib.nullcontext():
        for tally in demonstration.run(rate, supervisor.check):
            progress.update(task, completed=len(tally.outcomes), description="decided")
            grid = Table.grid()
            grid.add_row(_table(list(tally.outcomes.values())[-_SHOWN:]))
            grid.add_row(progress)
            live.update(grid)
    return tally


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("invoice", *(branch.lower() for branch in BRANCHES), "decision", "fault"):
        table.add_column(heading, overflow="fold")
    for outcome in outcomes:
        decision = outcome.decision
        answers = {answer.branch: answer.status for answer in decision.branches}
        table.add_row(
            decision.invoice_id,
            *(answers.get(branch, "–") for branch in BRANCHES),
            f"[{_COLOURS[decision.status]}]{decision.status}[/]",
            _fault(outcome),
        )
    return table


def _fault(outcome: Outcome) -> str:
    if outcome.sample.fault is None:
        return ""
    mark = "[green]✓[/]" if outcome.found else "[red]✗[/]"
    return f"{outcome.sample.fault} {mark}"


def _conclude(console: Console, tally: Tally) -> None:
    faulty = [outcome for outcome in tally.outcomes.values() if outcome.found is not None]
    right = [outcome for outcome in tally.outcomes.values() if outcome.found is None]
    console.print(_table([*right[: max(0, _SHOWN - len(faulty))], *faulty[:_SHOWN]]))
    summary = tally.summary()
    console.print(
        f"\n{summary['decisions']} of {summary['requests']} requests decided in "
        f"{summary['seconds']} s: {summary['approved']} approved, {summary['review']} to review, "
        f"{summary['rejected']} rejected. {summary['faults_found']} of {summary['faults']} "
        f"faults found by the branch that should; {summary['duplicates']} duplicates, "
        f"{summary['dead_letters']} dead letters."
    )


def _post(console: Console, enriched: InvoiceEnriched | None) -> None:
    if enriched is None:
        console.print("No approved invoice was ready to be posted in time.")
        return
    console.print(
        f"\nThe first approved invoice, {enriched.invoice_id}, as an ERP system would post it, "
        f"in {enriched.currency}:"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("posting", "account", "cost centre", "tax"):
        table.add_column(heading)
    table.add_column("debit", justify="right")
    table.add_column("credit", justify="right")
    for posting in enriched.postings:
        sides = render(posting.amount), ""
        table.add_row(
            f"{posting.kind.lower()} {posting.line or ''}",
            posting.gl_account or (enriched.vendor_id if posting.kind == "VENDOR" else ""),
            posting.cost_center,
            posting.tax_code,
            *(sides if posting.side == "DEBIT" else sides[::-1]),
        )
    console.print(table)


def _explain(console: Console, embedded: Embedded) -> None:
    for log in sorted(embedded.folder.glob("*.log")):
        lines = [line for line in log.read_text().splitlines() if "[info" not in line]
        if lines:
            console.print(f"\n{log.name}:")
            console.print("\n".join(lines[-20:]), markup=False, highlight=False)
