"""What a change of a topic's contract breaks, and for whom."""

from collections.abc import Callable, Iterator

from connectors.contracts import Compatibility, Topic
from connectors.finding import Finding, Severity, topic_file

_DAY = 86_400_000


def topic_changes(new: Topic, old: Topic) -> Iterator[Finding]:
    """What readers and writers of a topic have relied on and can no longer."""
    for key, change in _CHANGES.items():
        if getattr(new, key) != getattr(old, key):
            for severity, message in change(new, old):
                file = topic_file(new.name)
                yield Finding(key, new.name, message, severity=severity, file=file, path=key)


def topic_removed(old: Topic) -> Finding:
    """That a topic is no longer agreed."""
    message = f"is gone: {_readers(old)} read it, and {_writers(old)} write it"
    return Finding("topic", old.name, message, file=topic_file(old.name))


Told = Iterator[tuple[Severity, str]]


def _record(new: Topic, old: Topic) -> Told:
    yield (
        "error",
        f"carries {new.record} and carried {old.record}: {_readers(old)} cannot read it; give the "
        "new record a topic of its own",
    )


def _kind(new: Topic, old: Topic) -> Told:
    yield "error", f"is a {new.kind} and was a {old.kind} topic: {_readers(old)} read it as that"


def _key(new: Topic, old: Topic) -> Told:
    kept = " and keep one record for each old key beside those of the new" if _kept(old) else ""
    yield (
        "error",
        f"the key is {_key_of(new)} and was {_key_of(old)}: {_readers(old)} have their order and "
        f"their state by the old one{kept}; use a new topic",
    )


def _partitions(new: Topic, old: Topic) -> Told:
    if new.partitions < old.partitions:
        yield (
            "error",
            f"{new.partitions} partitions instead of {old.partitions}: Kafka takes none away, so "
            f"the topic has to be made anew, and {_readers(old)} lose what stands in it and their "
            "offsets",
        )
    else:
        yield (
            "error",
            f"{new.partitions} partitions instead of {old.partitions}: keys move to other "
            f"partitions, away from the state that {_readers(old)} keep by partition, and the "
            "order of a key is broken where it moves; use a new topic",
        )


def _cleanup(new: Topic, old: Topic) -> Told:
    if "compact" in new.cleanup and not _kept(old):
        yield (
            "error",
            f"is compacted now: {_readers(old)}, when behind or reading again, miss all records "
            "of a key but the newest",
        )
    if not _kept(new) and _kept(old):
        yield (
            "error",
            f"is no longer compacted: {_readers(old)}, which read it whole, miss each key that "
            "was not written within the retention",
        )
    if "delete" in new.cleanup and _kept(new) and "delete" not in old.cleanup:
        yield "error", f"old keys are deleted now: {_readers(old)} miss those that are not renewed"


def _retention_ms(new: Topic, old: Topic) -> Told:
    if _shorter(new.retention_ms, old.retention_ms):
        yield (
            "error",
            f"kept {_span(new.retention_ms)} instead of {_span(old.retention_ms)}: {_readers(old)} "
            "lose records when they are behind, or read again, for longer than that",
        )
    elif old.personal_data:
        yield (
            "warning",
            f"kept {_span(new.retention_ms)} instead of {_span(old.retention_ms)}, and it has "
            f"personal data ({', '.join(old.personal_data)}): ask {old.owner} whether it may be",
        )


def _max_message_bytes(new: Topic, old: Topic) -> Told:
    if new.max_message_bytes < old.max_message_bytes:
        yield (
            "error",
            f"takes {new.max_message_bytes:,} bytes and took {old.max_message_bytes:,}: larger "
            f"records of {_writers(old)} are refused",
        )


def _compatibility(new: Topic, old: Topic) -> Told:
    lost = _promises(old.compatibility) - _promises(new.compatibility)
    who = [_readers(old)] if any(what == "BACKWARD" for what, _ in lost) else []
    who += [_writers(old)] if any(what == "FORWARD" for what, _ in lost) else []
    if lost:
        yield (
            "error",
            f"{new.compatibility} promises less than {old.compatibility}, which "
            f"{' and '.join(who)} rely on",
        )


def _producers(new: Topic, old: Topic) -> Told:
    for gone in sorted(set(old.producers) - set(new.producers)):
        yield "warning", f"{gone} no longer writes it: {_readers(old)} wait for what it wrote"


def _personal_data(new: Topic, old: Topic) -> Told:
    for path in sorted(set(old.personal_data) - set(new.personal_data)):
        yield "warning", f"{path} is no longer marked as personal data: who masks by it shows it"
    for path in sorted(set(new.personal_data) - set(old.personal_data)):
        yield "warning", f"{path} is personal data now: {_readers(old)} have to treat it so"


_CHANGES: dict[str, Callable[[Topic, Topic], Told]] = {
    "record": _record,
    "kind": _kind,
    "key": _key,
    "key_without": _key,
    "partitions": _partitions,
    "cleanup": _cleanup,
    "retention_ms": _retention_ms,
    "max_message_bytes": _max_message_bytes,
    "compatibility": _compatibility,
    "producers": _producers,
    "personal_data": _personal_data,
}
"""What is said of each key of a contract that has changed."""


def _promises(mode: Compatibility) -> set[tuple[str, bool]]:
    """What a mode promises: which way, and whether beyond the version before."""
    ways = [way for way in ("BACKWARD", "FORWARD") if mode.startswith((way, "FULL"))]
    far = [False, True] if mode.endswith("TRANSITIVE") else [False]
    return {(way, transitive) for way in ways for transitive in far}


def _readers(topic: Topic) -> str:
    own = topic.producers if topic.kind == "changelog" else ()
    return ", ".join((*topic.consumers, *topic.tables_of, *own)) or "its readers"


def _writers(topic: Topic) -> str:
    return ", ".join(topic.producers) or "its writers"


def _key_of(topic: Topic) -> str:
    return topic.key + (f", without it {topic.key_without}" if topic.key_without else "")


def _kept(topic: Topic) -> bool:
    return "compact" in topic.cleanup


def _shorter(new: int, old: int) -> bool:
    return new >= 0 and (old < 0 or new < old)


def _span(milliseconds: int) -> str:
    if milliseconds < 0:
        return "for ever"
    days = milliseconds / _DAY
    if days < 1:
        return f"{milliseconds:,} ms"
    return "a day" if days == 1 else f"{days:g} days"
