"""Options that say which dead letters are meant."""

from typing import Annotated, TypeAlias

import typer

from connectors.letters import Selection
from manifold.cli.instants import instant
from manifold.cli.letters import position
from manifold.cli.output import EXIT_USAGE, Failed

Topic: TypeAlias = Annotated[
    str | None, typer.Argument(help="A topic, or its dead letters' topic; by default all.")
]
Reason: TypeAlias = Annotated[str | None, typer.Option(help="Only letters with this reason.")]
Group: TypeAlias = Annotated[str | None, typer.Option(help="Only letters of this flow.")]
Request: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ID", help="Only letters about this request.")
]
Since: TypeAlias = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="Only letters first seen then or later.")
]
Until: TypeAlias = Annotated[
    str | None, typer.Option(metavar="INSTANT", help="Only letters first seen before.")
]
Offsets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--offset", metavar="P:O", help="This letter; may be repeated. Wants TOPIC."),
]
All: TypeAlias = Annotated[bool, typer.Option("--all", help="Every open letter.")]


def selection(
    topic: str | None,
    reason: str | None,
    group: str | None,
    request: str | None,
    since: str | None,
    until: str | None,
    offset: list[str] | None = None,
) -> Selection:
    """The letters that options name. Raises Failed for what makes no sense."""
    made = Selection(
        topic,
        reason,
        group,
        request,
        tuple(map(position, offset or ())),
        None if since is None else instant("--since", since),
        None if until is None else instant("--until", until),
    )
    if made.offsets and topic is None:
        raise Failed("--offset wants the TOPIC it stands in.", EXIT_USAGE)
    return made


def named(made: Selection, every: bool) -> Selection:
    """The same, if it says anything; all letters are meant only when that is said."""
    if made.is_empty and not every:
        raise Failed(
            "Say which letters: a TOPIC, --reason, --group, --request, --since, --until, --offset, "
            "or --all.",
            EXIT_USAGE,
        )
    return made
