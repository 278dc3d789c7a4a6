"""Findings for machines: as JSON, and as the commands that make GitHub show them at their line."""

import os
from pathlib import Path
from typing import Any

from connectors.contract_lines import line_of
from connectors.finding import Finding


def reported(finding: Finding, folder: Path) -> dict[str, Any]:
    """A finding as JSON, with its file as seen from here, and its line."""
    told: dict[str, Any] = {
        "check": finding.check,
        "where": finding.where,
        "message": finding.message,
        "severity": finding.severity,
    }
    if finding.file is not None:
        told["file"] = _seen_from_here(folder / finding.file)
        told["line"] = _line(finding, folder / finding.file)
    return told


def annotation(finding: Finding, folder: Path) -> str:
    """A finding as a workflow command of GitHub Actions.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    place = {"title": f"{finding.check}: {finding.where}"}
    if finding.file is not None:
        file = folder / finding.file
        place = {"file": _seen_from_here(file), "line": str(_line(finding, file)), **place}
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{finding.severity} {properties}::{_escaped(f'{finding.where}: {finding.message}')}"


def _line(finding: Finding, file: Path) -> int:
    return line_of(file.read_text(encoding="utf-8"), finding.path) if file.is_file() else 1


def _seen_from_here(file: Path) -> str:
    """The path below the checked out repository, which GitHub wants, or below this folder."""
    here = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    file = file.resolve()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
