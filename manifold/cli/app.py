"""The `manifold` command. Subcommands are imported when they are used."""

import importlib
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Mapping[str, str] = {
    "demo": "manifold.cli.demo:demo",
    "up": "manifold.cli.up:up",
    "run": "manifold.cli.run:run",
    "serve": "manifold.cli.serve:serve",
    "token": "manifold.cli.token:token",
    "submit": "manifold.cli.submit:submit",
    "read": "manifold.cli.read:read",
    "validate": "manifold.cli.validate:validate",
    "generate": "manifold.cli.generate:app",
    "tail": "manifold.cli.tail:tail",
    "trace": "manifold.cli.trace:trace",
    "explain": "manifold.cli.explain:explain",
    "statistics": "manifold.cli.statistics:statistics",
    "review": "manifold.cli.review:app",
    "handover": "manifold.cli.handed_over:app",
    "lag": "manifold.cli.lag:lag",
    "offsets": "manifold.cli.offsets:app",
    "transactions": "manifold.cli.transactions:transactions",
    "dlq": "manifold.cli.dlq:app",
    "state": "manifold.cli.state:state",
    "saga": "manifold.cli.saga:app",
    "documents": "manifold.cli.stored:app",
    "topics": "manifold.cli.topics:app",
    "contracts": "manifold.cli.contracts:app",
    "reference": "manifold.cli.reference:app",
    "policy": "manifold.cli.policy:app",
    "memory": "manifold.cli.memory:app",
    "forget": "manifold.cli.forget:forget",
    "keys": "manifold.cli.keys:app",
    "backtest": "manifold.cli.backtest:backtest",
    "bench": "manifold.cli.bench:app",
    "plan": "manifold.cli.plan:plan",
    "db": "manifold.cli.database:app",
    "rebuild": "manifold.cli.rebuild:rebuild_command",
    "upgrade": "manifold.cli.upgrade:app",
    "dependencies": "manifold.cli.dependencies:dependencies",
    "probe": "manifold.cli.probe:probe",
    "doctor": "manifold.cli.doctor:doctor",
}
"""Each subcommand and where it is written: a Typer app, or the function of a single command."""


class Commands(TyperGroup):
    """Finds subcommands by name and imports them when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The subcommand of that name; None when there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(found)
            found = single
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"manifold {version('manifold')}")
        raise typer.Exit


@app.callback()
def manifold(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Decide invoices while they stream through Kafka.

    Start with `manifold demo`, which needs nothing but this command. Settings come from
    MANIFOLD_* variables and from manifold.toml; `manifold doctor` says what they amount to.
    """


def main() -> None:
    """Run the command line; expected failures end with a sentence, not a traceback."""
    from connectors.errors import Misconfigured, Unavailable

    try:
        app()
    except (Misconfigured, Unavailable) as error:
        print(f"manifold: {error}", file=sys.stderr)
        sys.exit(2)
