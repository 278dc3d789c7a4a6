"""Options that every command which talks to Kafka has, and the settings they amount to."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer

from connectors.settings import Settings

Bootstrap: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--bootstrap",
        "-b",
        metavar="HOST:PORT",
        help="The Kafka cluster, instead of the setting kafka.bootstrap.servers.",
    ),
]
Extra: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "-X",
        metavar="KEY=VALUE",
        help="Any librdkafka setting, such as -X security.protocol=SSL; may be repeated.",
    ),
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="One JSON object a line, for machines.")
]


def commands(name: str, about: str) -> typer.Typer:
    """Subcommands under a name; without one of them, their help is shown."""
    return typer.Typer(name=name, help=about, add_completion=False, no_args_is_help=True)


def load_settings(bootstrap: str | None = None, extra: Sequence[str] | None = None) -> Settings:
    """Settings with the command line's `--bootstrap` and `-X` before environment and file.

    Raises InvalidSettings, and a usage error for an `-X` that is no KEY=VALUE.
    """
    kafka: dict[str, str] = {} if bootstrap is None else {"bootstrap.servers": bootstrap}
    for pair in extra or ():
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(
                f"-X {pair}: write -X KEY=VALUE, as in -X security.protocol=SSL"
            )
        kafka[name.strip()] = value.strip()
    return Settings.load(kafka=kafka) if kafka else Settings.load()
