"""Contracts compared with those that others already rely on."""

from collections.abc import Iterator, Sequence

from connectors.checks import broken
from connectors.compatibility import broken_between
from connectors.contracts import Contracts, Topic, Version
from connectors.finding import Finding, schema_file
from connectors.lock import FILE, fingerprint
from connectors.topic_changes import topic_changes, topic_removed


def compared(now: Contracts, then: Contracts, at: str) -> Iterator[Finding]:
    """What has changed since `then`, which is called `at`, that breaks somebody."""
    for name, old in then.topics.items():
        new = now.topics.get(name)
        if new is None:
            yield topic_removed(old)
            continue
        yield from topic_changes(new, old)
        if old.record is not None and old.record == new.record:
            yield from _changed_versions(now, then.versions[old.record], at)
            loosened = new.compatibility != old.compatibility
            yield from broken_beside(now, old, then.versions[old.record], at, all_of_them=loosened)
    yield from _moved_ids(now, then, at)


def broken_beside(
    now: Contracts,
    topic: Topic,
    others: Sequence[Version],
    at: str,
    *,
    all_of_them: bool = False,
) -> Iterator[Finding]:
    """Breaks between our versions of a topic's record and those that others have.

    What we have too, `check` holds against our newer ones already, unless under another mode.
    """
    assert topic.record is not None
    ours = now.versions[topic.record]
    known = {fingerprint(version.schema) for version in ours}
    theirs = {fingerprint(version.schema) for version in others}
    counted = others if topic.compatibility.endswith("TRANSITIVE") else others[-1:]
    strangers = [
        version for version in counted if all_of_them or fingerprint(version.schema) not in known
    ]
    for new in ours:
        if fingerprint(new.schema) in theirs and new is not ours[-1]:
            continue
        for old in strangers:
            for each in broken_between(new, old, topic.compatibility):
                names = [
                    f"version {version.version}" + (f" at {at}" if version is old else "")
                    for version in (each.reader, each.writer)
                ]
                yield broken(each, new, topic.compatibility, each.told(*names))


def _changed_versions(now: Contracts, then: Sequence[Version], at: str) -> Iterator[Finding]:
    folder = then[0].folder
    ours = {version.version: version for version in now.versions[folder]}
    for old in then:
        file = schema_file(folder, old.version)
        new = ours.get(old.version)
        if new is None:
            message = f"version {old.version} is gone, and what was written with it is not"
            yield Finding("version", folder, message, file=file)
        elif fingerprint(new.schema) != fingerprint(old.schema):
            message = (
                f"version {old.version} is not what it was at {at}: others have it as it was; "
                f"undo that, and make the change in {max(ours) + 1}.avsc"
            )
            yield Finding("version", folder, message, file=file)


def _moved_ids(now: Contracts, then: Contracts, at: str) -> Iterator[Finding]:
    ids = now.lock.get("ids", {})
    for number, entry in then.lock.get("ids", {}).items():
        here = ids.get(number, {})
        if any(here.get(key) != entry[key] for key in ("record", "version")):
            message = (
                f"id {number} stands for {entry['record']} version {entry['version']} at {at} "
                "and not here: take that lock.json, and run `manifold contracts lock`"
            )
            yield Finding("lock", FILE, message, file=FILE)
