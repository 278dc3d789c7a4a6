"""Checks of everything a Manifold stands on: what is wrong, and what to do about it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import confluent_kafka
import msgspec
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from connectors import registry
from connectors.browse import (
    BrokerAway,
    every_partition,
    is_embedded,
    start_offsets,
    topics_there,
)
from connectors.checks import check_compatibility, check_lock
from connectors.contracts import Topic
from connectors.database import Store
from connectors.database.sealing import Sealing
from connectors.dependencies import read_away
from connectors.errors import Misconfigured, Unavailable
from connectors.groups import committed
from connectors.kafka import bootstrap, client
from connectors.offsets import end_offsets
from connectors.settings import FILE, Settings
from connectors.topics import Topics
from flows import BRANCHES, FUSED, JOIN
from manifold.cli.cluster import Cluster
from manifold.cli.output import counted
from operators.reference import ReferencePolicy

Verdict: TypeAlias = Literal["ok", "warn", "fail"]
"""`warn` is worth knowing; with `fail`, some command will not do its work."""

_PREFIX = "MANIFOLD_"
_OTHERS = ("MANIFOLD_TEST_",)
_LAGGING = 10_000


class Diagnosis(msgspec.Struct, frozen=True):
    """What a check has found."""

    verdict: Verdict
    about: str
    """What was looked at."""
    found: str
    """How it is."""
    advice: str = ""
    """What to do."""


def diagnose(there: Cluster) -> Iterator[Diagnosis]:
    """Every check, in the order in which problems are best solved."""
    yield from _settings(there.settings)
    yield from _contracts(there)
    yield from _registry(there.settings)
    yield from check_database(there.settings)
    try:
        existing = topics_there(there.kafka, patience=5)
    except BrokerAway as away:
        yield Diagnosis("fail", "broker", "no answer", str(away))
        return
    except KafkaException as error:
        yield Diagnosis("fail", "broker", error.args[0].str(), "check the settings kafka.*")
        return
    for check in _ON_THE_BROKER:
        try:
            yield from check(there, existing)
        except (KafkaException, Misconfigured, Unavailable) as error:
            yield Diagnosis(
                "warn",
                check.__name__.removeprefix("check").strip("_"),
                f"could not be checked: {error}",
            )


def _settings(settings: Settings) -> Iterator[Diagnosis]:
    given = sorted(
        name
        for name in os.environ
        if name.upper().startswith(_PREFIX) and not name.upper().startswith(_OTHERS)
    )
    sources = [FILE] if Path(FILE).is_file() else []
    sources += [counted(len(given), "environment variable")] if given else []
    found = f"from {' and '.join(sources)}" if sources else "all by default"
    if settings.namespace:
        found += f", namespace {settings.namespace}"
    yield Diagnosis("ok", "settings", found)
    for name in given:
        section = name.upper().removeprefix(_PREFIX).partition("__")[0].lower()
        if section not in Settings.model_fields:
            known = ", ".join(sorted(Settings.model_fields))
            yield Diagnosis(
                "warn", "settings", f"{name} is no setting", f"sections are {known}; see docs"
            )


def _contracts(there: Cluster) -> Iterator[Diagnosis]:
    wrong = [
        finding for check in (check_lock, check_compatibility) for finding in check(there.contracts)
    ]
    for finding in wrong:
        yield Diagnosis("fail", "schemas", f"{finding.where}: {finding.message}")
    if not wrong:
        count = sum(1 for _ in there.contracts.every_version())
        yield Diagnosis("ok", "schemas", f"{counted(count, 'version')}, all in schemas/lock.json")


def _registry(settings: Settings) -> Iterator[Diagnosis]:
    if settings.registry.url is None:
        yield Diagnosis("ok", "registry", "none: ids are those of schemas/lock.json")
        return
    try:
        subjects = registry.client(settings.registry).get_subjects()
    except Exception as error:
        # Whatever the client raises, of its own or of its HTTP library, it means no answer.
        advice = "check registry.url, the user and the password"
        yield Diagnosis("fail", "registry", f"no answer ({type(error).__name__})", advice)
        return
    if subjects:
        yield Diagnosis("ok", "registry", counted(len(subjects), "subject"))
    else:
        advice = "register the schemas with `manifold contracts register`"
        yield Diagnosis("warn", "registry", "it knows no schemas", advice)


def check_database(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the database answers and has this program's tables."""
    try:
        store = Store.connect(settings.database.url, Sealing.of(settings))
        try:
            store.check_schema()
        finally:
            store.close()
    except (Misconfigured, Unavailable) as error:
        yield Diagnosis("fail", "database", str(error))
    else:
        yield Diagnosis("ok", "database", "it answers, and its tables are this program's")


def _broker(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    admin = AdminClient(client(there.kafka))
    brokers = counted(len(admin.list_topics(timeout=10).brokers), "broker")
    librdkafka = confluent_kafka.libversion()[0]
    found = f"{bootstrap(there.kafka)}: {brokers}, librdkafka {librdkafka}"
    if is_embedded(admin):
        advice = "for demos and tests; guarantees need a real broker"
        yield Diagnosis("warn", "broker", f"{found}, embedded", advice)
    else:
        yield Diagnosis("ok", "broker", found)


def check_topics(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    """Whether every topic is there and as its contract says."""
    wanted = there.contracts.every_topic(there.settings.partitions)
    if is_embedded(AdminClient(client(there.kafka))):
        yield Diagnosis("ok", "topics", "an embedded broker creates them on first use")
        return
    plan = Topics(there.kafka).plan(wanted)
    if plan.missing:
        names = ", ".join(topic.name for topic in plan.missing[:5])
        more = f" and {len(plan.missing) - 5} more" if len(plan.missing) > 5 else ""
        advice = "create them with `manifold topics apply`"
        yield Diagnosis("fail", "topics", f"missing: {names}{more}", advice)
    for each in plan.different:
        yield Diagnosis(
            "warn", "topics", f"{each.topic}: {each.what} is {each.found}, not {each.wanted}"
        )
    for flow in _flows(there):
        counts = {
            topic.name: existing[topic.name]
            for topic in there.contracts.read_by(flow)
            if topic.name in existing
        }
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{name} has {count}" for name, count in counts.items())
            advice = "they have to have the same number of partitions"
            yield Diagnosis("fail", "topics", f"{flow} reads topics together: {told}", advice)
    if not plan.missing and not plan.different:
        yield Diagnosis("ok", "topics", f"{len(wanted)}, all as their contracts say")


def _reference(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    policy = there.topic(ReferencePolicy).name
    if policy not in existing:
        return
    partitions = every_partition({policy: existing[policy]})
    starts, ends = start_offsets(there.kafka, partitions), end_offsets(there.kafka, partitions)
    if starts == ends:
        advice = "load one to begin with: `manifold reference load --starter`"
        yield Diagnosis("warn", "reference", "no policy: every branch answers UNKNOWN", advice)
    else:
        yield Diagnosis("ok", "reference", "there is a policy")


def _away(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    for known in read_away(there.kafka, there.contracts, BRANCHES):
        waiting = counted(known.postponed, "request")
        found = f"{known.flow}: {known.dependency} is {known.state}, {waiting} waiting"
        if known.state == "OPEN":
            yield Diagnosis("warn", "away", found, f"{known.reason}; see `manifold dependencies`")
        else:
            yield Diagnosis("ok", "away", found)


def _groups(there: Cluster, existing: dict[str, int]) -> Iterator[Diagnosis]:
    admin = AdminClient(client(there.kafka))
    for flow, read in _running(there, admin).items():
        topics = [topic for topic in read if topic.name in existing]
        lag = _lag(there, flow, topics, existing)
        if lag is None:
            yield Diagnosis(
                "warn", "group", f"{flow} has never run", f"start it: `manifold run {flow}`"
            )
            continue
        members = _members(admin, there.group(flow))
        running = "" if members is None else f", {counted(members, 'process', 'processes')}"
        found = f"{flow}: {counted(lag, 'offset')} behind{running}"
        if members == 0:
            yield Diagnosis("warn", "group", found, f"start it: `manifold run {flow}`")
        elif lag > _LAGGING:
            advice = f"start more processes: `manifold run {flow} --instance NAME`"
            yield Diagnosis("warn", "group", found, advice)
        else:
            yield Diagnosis("ok", "group", found)


def _running(there: Cluster, admin: AdminClient) -> Mapping[str, Sequence[Topic]]:
    """The flows that should run here and what each reads: the fused one where it does."""
    read_by = there.contracts.read_by
    apart = {flow: read_by(flow) for flow in _flows(there)}
    if not _members(admin, there.group(FUSED)):
        return apart
    together = dict.fromkeys(topic.name for branch in BRANCHES for topic in read_by(branch))
    fused = [there.contracts.topics[name] for name in together]
    return {FUSED: fused} | {
        flow: read for flow, read in apart.items() if flow not in (*BRANCHES, JOIN)
    }


def _lag(there: Cluster, flow: str, topics: list[Topic], existing: dict[str, int]) -> int | None:
    """Offsets that a flow has still to pass; None when it has never committed.

    The markers that end transactions count, as they do in every lag tool.
    """
    partitions = every_partition({topic.name: existing[topic.name] for topic in topics})
    if not partitions:
        return None
    offsets = committed(there.kafka, there.group(flow), partitions)
    if all(offset is None for offset in offsets.values()):
        return None
    starts, ends = start_offsets(there.kafka, partitions), end_offsets(there.kafka, partitions)
    return sum(end - max(starts[where], offsets.get(where) or 0) for where, end in ends.items())


def _members(admin: AdminClient, group: str) -> int | None:
    """How many processes a group has; None when the broker does not say."""
    try:
        answers: dict[str, Any] = admin.describe_consumer_groups([group], request_timeout=10)
        return len(answers[group].result().members)
    except KafkaException:
        return None


def _flows(there: Cluster) -> list[str]:
    flows = {flow for topic in there.contracts.topics.values() for flow in topic.consumers}
    return sorted(flows)


_Check: TypeAlias = Callable[[Cluster, dict[str, int]], Iterator[Diagnosis]]
_ON_THE_BROKER: tuple[_Check, ...] = (_broker, check_topics, _reference, _away, _groups)
