"""The page that says how long topics are kept says what their contracts say."""

import re
from pathlib import Path

from connectors.contracts import Contracts, Topic

PAGE = Path(__file__).parents[2] / "docs" / "retention.md"
CONTRACTS = Contracts.load()
DAY = 86_400_000


def rows() -> dict[str, str]:
    """How long a topic is kept, by its name or the pattern that stands for it."""
    text = PAGE.read_text(encoding="utf-8").split("## What a backup")[0].split("What else holds")[0]
    found = re.findall(r"^\| (`.*`) \| (.*) \|$", text, re.MULTILINE)
    return {name: kept for names, kept in found for name in re.findall("`([^`]+)`", names)}


def said_of(topic: Topic) -> str:
    kept = rows()
    if topic.kind == "reference":
        return kept["reference.*"]
    return kept["FLOW.TABLE.changelog" if topic.kind == "changelog" else topic.name]


def test_every_topic_is_kept_as_long_as_the_page_says() -> None:
    for topic in CONTRACTS.topics.values():
        said = said_of(topic)
        days = re.match(r"(\d+) days", said)
        assert topic.retention_ms == (int(days[1]) * DAY if days else -1), topic.name
        assert days or said.startswith("for ever"), topic.name
        assert ("the latest" in said) == ("compact" in topic.cleanup), topic.name


def test_the_page_names_no_topic_that_there_is_not() -> None:
    patterns = {"TOPIC.dlq", "reference.*", "FLOW.TABLE.changelog"}
    assert set(rows()) - patterns <= set(CONTRACTS.topics)


def test_dead_letters_are_kept_twice_as_long() -> None:
    for topic in CONTRACTS.topics.values():
        if topic.consumers and topic.retention_ms > 0:
            kept = CONTRACTS.dead_letters_of(topic.name).retention_ms
            assert kept == max(2 * topic.retention_ms, 30 * DAY)


def test_what_the_page_says_is_tried_is_there() -> None:
    tests = re.findall(r"`(tests/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8"))
    assert len(tests) >= 3
    assert [name for name in tests if not (PAGE.parents[1] / name).is_file()] == []
