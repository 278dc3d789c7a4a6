"""What has to hold before this program goes on where another version of it has stopped."""

from collections.abc import Iterator

from connectors import registry
from connectors.changelog_table import TableType
from connectors.registry import RegisteredFound, RegistryUnavailable
from connectors.schema_ids import schema_ids
from connectors.state_check import StateFound, check_state
from connectors.version_check import VersionsFound, check_versions
from manifold.cli.cluster import Cluster, progress
from manifold.cli.diagnosis import Diagnosis, check_database, check_topics
from manifold.cli.output import counted
from manifold.state_tables import STATE

_OTHER = "another version wrote it: let that one go on"
_NO_WAY_BACK = "if a later version of this program wrote them, do not go back to this one"


def upgrade_checks(there: Cluster, existing: dict[str, int], latest: int) -> Iterator[Diagnosis]:
    """Every check; `latest`: how many offsets of each partition are looked at for versions."""
    yield from check_database(there.settings)
    yield from check_topics(there, existing)
    yield from _registered(there)
    yield from _versions(there, existing, latest)
    yield from _state(there, existing)


def _versions(there: Cluster, existing: dict[str, int], latest: int) -> Iterator[Diagnosis]:
    topics = [each for each in there.contracts.topics.values() if each.record is not None]
    counts = {each.name: existing[each.name] for each in topics if each.name in existing}
    ids = schema_ids(there.settings.registry, there.contracts)
    with progress("reading records") as tell:
        found = check_versions(there.kafka, there.contracts, ids, counts, latest, tell)
    wrong = [problem for each in found if (problem := _version(each)) is not None]
    yield from wrong
    if not wrong:
        older = [each.topic for each in found if each.versions and each.versions[-1] < each.newest]
        told = f"{counted(len(found), 'topic')}, in versions that this program knows"
        if older:
            told += f"; a newer one will be written to {', '.join(older)}"
        yield Diagnosis("ok", "records", told)


def _version(found: VersionsFound) -> Diagnosis | None:
    if found.unknown:
        names = ", ".join(map(str, found.unknown))
        return Diagnosis("fail", found.topic, f"schema ids that nobody knows here: {names}", _OTHER)
    if found.foreign:
        names = ", ".join(map(str, found.foreign))
        told = f"schemas that are no version of this program: {names}"
        return Diagnosis("warn", found.topic, told, _NO_WAY_BACK)
    return None


def _registered(there: Cluster) -> Iterator[Diagnosis]:
    if there.settings.registry.url is None:
        return
    client = registry.client(there.settings.registry)
    for topic in there.contracts.topics.values():
        if topic.record is None:
            continue
        try:
            found = registry.compare(client, there.contracts, topic)
        except RegistryUnavailable as error:
            yield Diagnosis("fail", "registry", str(error))
            return
        yield from _subject(registry.subject_of(topic.name), found)


def _subject(subject: str, found: RegisteredFound) -> Iterator[Diagnosis]:
    if found.refused:
        told = f"version {', '.join(map(str, found.refused))} would be refused"
        yield Diagnosis("fail", subject, told, "see what differs with `manifold contracts check`")
    elif found.missing:
        told = f"version {', '.join(map(str, found.missing))} is not registered"
        yield Diagnosis("warn", subject, told, "register it first: `manifold contracts register`")
    if found.later:
        told = f"{counted(found.later, 'version')} this program does not know"
        yield Diagnosis("warn", subject, told, _NO_WAY_BACK)


def _state(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    tables: dict[str, TableType] = {
        there.contracts.changelog(flow, table.name).name: table
        for flow, kept in STATE.items()
        for table in kept
    }
    counts = {topic: existing[topic] for topic in tables if topic in existing}
    with progress("reading state") as tell:
        found = check_state(there.kafka, tables, counts, tell)
    wrong = [problem for each in found if (problem := _table(each)) is not None]
    yield from wrong
    if not wrong:
        values = counted(sum(each.values for each in found), "value")
        yield Diagnosis("ok", "state", f"{counted(len(found), 'table')}, {values}, all readable")
    prefix, suffix = there.contracts.namespace, ".changelog"
    for name in sorted(existing.keys() - tables.keys()):
        flow = name.removeprefix(prefix).partition(".")[0]
        if name.startswith(prefix) and name.endswith(suffix) and flow in STATE:
            told = "no table of this program: what stands there is not used"
            yield Diagnosis("warn", name, told, "delete it when no version that has it runs")


def _table(found: StateFound) -> Diagnosis | None:
    if found.unreadable:
        keys = counted(found.unreadable, "key")
        told = f"{keys} cannot be read: {found.problem}"
        return Diagnosis("fail", found.topic, told, _OTHER)
    if found.lossy:
        values = counted(found.values, "value")
        told = f"{found.lossy:,} of {values} hold what would be dropped, such as {found.unknown}"
        return Diagnosis("warn", found.topic, told, _OTHER)
    return None
