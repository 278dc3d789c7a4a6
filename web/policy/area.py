"""The policy page: versions, what is different between two of them, and the candidate's trial.

Nothing is changed here: a policy is a file under review, and `manifold policy publish` puts it in
force.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from msgspec import Struct

from connectors.codec import Codec
from connectors.contracts import Contracts
from connectors.policy_file import write_policy
from connectors.policy_topic import PolicyTopic, Published
from connectors.policy_trial import PolicyTrials, candidate_of
from operators.candidate import CANDIDATE, IN_FORCE, PREVIOUS
from operators.comparison import Trial
from operators.money import render
from operators.policy_difference import Difference, differences
from operators.time import isoformat
from web.pages.rendering import Pages, wants_page
from web.principal import Admin
from web.problem import Problem

_ROLES = ((IN_FORCE, "in force"), (CANDIDATE, "candidate"), (PREVIOUS, "before it"))


class Version(Struct, frozen=True):
    """A policy that stands in the topic."""

    name: str
    """Among those that can be compared: its version, as often as needed with a number."""
    role: str
    published: Published

    @property
    def mode(self) -> str | None:
        """How a candidate is tried."""
        if self.role != "candidate":
            return None
        percent = self.published.policy.canary_percent
        return "in shadow" if percent is None else f"for {render(percent, 0)} % of the requests"


class PolicyArea:
    """`/policy`."""

    def __init__(
        self, pages: Pages, kafka: Mapping[str, str], contracts: Contracts, codec: Codec
    ) -> None:
        """Connect nothing yet."""
        self._pages = pages
        self._topic = PolicyTopic(kafka, contracts, codec)
        self._trials = PolicyTrials(kafka, contracts, codec)
        self.router = APIRouter(prefix="/policy", include_in_schema=False)
        self.router.add_api_route("", self._show, methods=["GET"], response_model=None)
        self.router.add_api_route(
            "/versions/{name}.yaml", self._file, methods=["GET"], response_model=None
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    def _show(
        self, request: Request, who: Admin, old: str | None = None, new: str | None = None
    ) -> Response | dict[str, Any]:
        known, versions = self._versions()
        compared = _chosen(versions, old, new)
        found: list[Difference] = []
        if compared is not None:
            before, now = compared
            changed = differences(before.published.policy, now.published.policy)
            # Under which key a policy stands is no part of what it says.
            found = [each for each in changed if each.what != "policy_id"]
        in_force, candidate = known.get(IN_FORCE), candidate_of(known)
        trial, since = None, 0
        if in_force is not None:
            since = max(in_force.at, candidate.at if candidate is not None else 0)
            tried = "" if candidate is None else candidate.policy.version
            trial = self._trials.since(since, in_force.policy.version, tried)
        if not wants_page(request):
            return {
                "versions": [
                    {
                        "version": each.name,
                        "role": each.role,
                        "published_at": isoformat(each.published.at),
                    }
                    for each in versions
                ],
                "differences": [
                    {"what": each.what, "before": each.before, "now": each.now} for each in found
                ],
            }
        return self._pages.page(
            request,
            "policy/policy.html",
            who=who,
            versions=versions,
            compared=compared,
            differences=found,
            candidate=candidate,
            in_force=in_force,
            trial=trial,
            sides=() if trial is None else _sides(trial),
            shadow=candidate is not None and candidate.policy.canary_percent is None,
            since=since,
        )

    def _file(self, name: str, who: Admin) -> Response:
        for each in self._versions()[1]:
            if each.name == name:
                text = write_policy(each.published.policy)
                return Response(text, media_type="application/yaml")
        raise Problem(404, "not-found", "Not found", "There is no such version any more.")

    def _versions(self) -> tuple[dict[str, Published], list[Version]]:
        """What is in force by key; and every version the topic still has, the newest first."""
        known: dict[str, Published] = {}
        seen: dict[str, Published] = {}
        for key, entry in self._topic.history():
            if entry is None:
                known.pop(key, None)
            else:
                known[key] = entry
                seen.setdefault(entry.policy.version, entry)
        roles: dict[str, str] = {}
        for key, role in reversed(_ROLES):
            if key in known:
                roles[known[key].policy.version] = role
        versions = [
            Version(name, roles.get(name, "earlier"), _current(known, each))
            for name, each in seen.items()
        ]
        order = {role: place for place, (_, role) in enumerate(_ROLES)}
        versions.sort(key=lambda each: (order.get(each.role, 9), -each.published.at))
        return known, versions


def _current(known: Mapping[str, Published], seen: Published) -> Published:
    """The latest record of a version, where it has a place."""
    same = [each for each in known.values() if each.policy.version == seen.policy.version]
    return same[0] if same else seen


def _chosen(
    versions: list[Version], old: str | None, new: str | None
) -> tuple[Version, Version] | None:
    """The two to compare: as asked, else the candidate with what is in force, else before it."""
    named = {each.name: each for each in versions}
    if old in named and new in named:
        return named[old], named[new]
    by_role = {each.role: each for each in reversed(versions)}
    if "in force" not in by_role:
        return None
    if "candidate" in by_role:
        return by_role["in force"], by_role["candidate"]
    before = by_role.get("before it") or by_role.get("earlier")
    return None if before is None else (before, by_role["in force"])


def _sides(trial: Trial) -> list[dict[str, Any]]:
    """What both have decided, status by status."""
    mine, theirs = trial.by_policy, trial.by_candidate
    rows = []
    for status in sorted({*mine.statuses, *theirs.statuses}):
        row: dict[str, Any] = {"status": status}
        for name, side in (("policy", mine), ("candidate", theirs)):
            move = side.statuses.get(status)
            row[name] = None if move is None else move
            row[f"{name}_share"] = (
                None if move is None else f"{100 * move.count / side.decided:.1f} %"
            )
        rows.append(row)
    return rows
