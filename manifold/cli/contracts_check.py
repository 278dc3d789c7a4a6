"""`manifold contracts check`: the contracts by themselves, and against those others rely on."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

import schemas
from connectors.checks import findings
from connectors.comparison import compared
from connectors.contracts import Contracts
from connectors.errors import Misconfigured, Unavailable
from connectors.finding import Finding
from connectors.git_reference import contracts_at
from connectors.registration import compared_with_registry
from connectors.registry import client
from connectors.settings import Settings
from manifold.cli.annotations import annotation, reported
from manifold.cli.options import Json
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    complain,
    counted,
    explained,
    json_line,
    printable,
)


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    github = "github"


Root = Annotated[
    Path | None,
    typer.Option("--root", exists=True, file_okay=False, help="Another folder of contracts."),
]


@explained()
def check(
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF|URL",
            help="What others rely on: a git branch, tag or commit, or a registry's address.",
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHERE:CHECK",
            help="Let pass what was agreed, as in invoice.settled:retention_ms; repeatable.",
        ),
    ] = None,
    root: Root = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Default: github where GITHUB_ACTIONS is set, else text."),
    ] = None,
    json: Json = False,
) -> None:
    """Check every version against the earlier ones, the examples, the classes and the lock.

    A version that breaks its topic's compatibility mode is named with the field that breaks.

    --against main compares with what stands there: versions changed or gone,
    ids that moved, and topics whose key, partitions, cleanup or retention
    break those who use them. --against https://REGISTRY compares with what
    others have registered, logged in by the settings registry.*.

    Exits 1 when anything is an error, 2 when the reference or the registry
    cannot be read. Warnings are only told.
    """
    folder = root or Path(schemas.__file__).parent
    contracts = Contracts.load(folder)
    found = [*findings(contracts), *(_against(against, contracts, folder) if against else ())]
    found = _allowed(found, allow or ())
    errors = sum(each.severity == "error" for each in found)
    form = form or (Format.github if os.environ.get("GITHUB_ACTIONS") == "true" else Format.text)
    if json or form is Format.json:
        versions = sum(1 for _ in contracts.every_version())
        told = [reported(each, folder) for each in found]
        json_line({"topics": len(contracts.topics), "versions": versions, "findings": told})
    else:
        for each in found:
            typer.echo(annotation(each, folder) if form is Format.github else _sentence(each))
        typer.echo(_summary(contracts, found, errors, against))
    if errors:
        raise typer.Exit(1)


def _against(against: str, contracts: Contracts, folder: Path) -> list[Finding]:
    try:
        if "://" not in against:
            return list(compared(contracts, contracts_at(against, folder), against))
        settings = Settings.load()
        registry = settings.registry.model_copy(update={"url": against})
        named = Contracts.load(folder, namespace=settings.namespace)
        return list(compared_with_registry(client(registry), named))
    except (Misconfigured, Unavailable) as error:
        raise Failed(f"nothing is compared: {error}", EXIT_USAGE) from None


def _allowed(found: Sequence[Finding], allow: Sequence[str]) -> list[Finding]:
    """The findings, those that are allowed as warnings."""
    names = {f"{each.where}:{each.check}" for each in found}
    for unused in sorted(set(allow) - names):
        complain(f"--allow {unused} lets nothing pass any more: remove it")
    return [
        replace(each, severity="warning", message=f"{each.message} (allowed)")
        if f"{each.where}:{each.check}" in allow
        else each
        for each in found
    ]


def _sentence(each: Finding) -> str:
    mark = "" if each.severity == "error" else "warning: "
    return printable(f"{mark}{each.check}: {each.where}: {each.message}")


def _summary(
    contracts: Contracts, found: Sequence[Finding], errors: int, against: str | None
) -> str:
    versions = sum(1 for _ in contracts.every_version())
    told = [counted(errors, "finding")] if errors else []
    told += [counted(len(found) - errors, "warning")] if len(found) > errors else []
    beside = f", against {_without_login(against)}" if against else ""
    return (
        f"{len(contracts.topics)} topics, {versions} schema versions{beside}: "
        f"{', '.join(told) or 'all well'}"
    )


def _without_login(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else address
