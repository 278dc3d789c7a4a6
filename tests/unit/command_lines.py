"""Command lines as files of others have them: whether ours would take them, without running any."""

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from flows import FLOWS
from manifold.cli.app import app


def parse(arguments: Sequence[str]) -> list[str]:
    """The names of the commands that `manifold` and these arguments come to.

    Raises typer.TyperException, as `manifold` would.
    """
    command: Any = get_command(app)
    context = command.make_context("manifold", list(arguments))
    names = []
    while isinstance(command, TyperGroup):
        left = [*context._protected_args, *context.args]
        name, command, left = command.resolve_command(context, left)
        names.append(str(name))
        context = command.make_context(name, left, parent=context)
    if names == ["run"] and context.params["flow"] not in FLOWS:
        raise typer.BadParameter(f"there is no flow {context.params['flow']}")
    return names
