"""The `manifold` command. Subcommands are imported when they are used."""

import importlib
import sys
from collections.abc import Mapping

import click
import typer
from typer.main import get_command

COMMANDS: Mapping[str, str] = {
    "demo": "manifold.cli.demo:demo",
    "up": "manifold.cli.up:up",
    "run": "manifold.cli.run:run",
    "submit": "manifold.cli.submit:submit",
    "read": "manifold.cli.read:read",
    "generate": "manifold.cli.generate:generate",
    "tail": "manifold.cli.tail:tail",
    "trace": "manifold.cli.trace:trace",
    "dlq": "manifold.cli.dlq:app",
    "state": "manifold.cli.state:state",
    "topics": "manifold.cli.topics:app",
    "contracts": "manifold.cli.contracts:app",
    "reference": "manifold.cli.reference:app",
    "db": "manifold.cli.database:app",
    "doctor": "manifold.cli.doctor:doctor",
}
"""Each subcommand and where it is written: a Typer app, or the function of a single command."""


class Commands(click.Group):
    """Finds subcommands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, imported now."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            single.command(cmd_name)(found)
            found = single
        command = get_command(found)
        command.name = cmd_name
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="manifold", prog_name="manifold")
def cli() -> None:
    """Decide invoices while they stream through Kafka.

    Start with `manifold demo`, which needs nothing but this command. Settings come from
    MANIFOLD_* variables and from manifold.toml; `manifold doctor` says what they amount to.
    """


def main() -> None:
    """Run the command line; expected failures end with a sentence, not a traceback."""
    from connectors.contracts import ContractError
    from connectors.settings import InvalidSettings

    try:
        cli()
    except (InvalidSettings, ContractError) as error:
        print(f"manifold: {error}", file=sys.stderr)
        sys.exit(2)
