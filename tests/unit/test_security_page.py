"""The page on security says what is tested, and nothing else."""

import re
from pathlib import Path

from connectors.contracts import Contracts
from connectors.security_event import SecurityEvent
from connectors.web_settings import Limits, Tokens

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ATTACKS = (ROOT / "tests" / "integration" / "test_attacks.py").read_text()
_TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)


def test_every_attack_of_the_page_is_a_test() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in _TEST.findall(file.read_text())
    }
    assert named
    assert named <= there


def test_every_attack_is_on_the_page() -> None:
    assert set(_TEST.findall(ATTACKS)) <= set(re.findall(r"`(test_\w+)`", PAGE))


def test_settings_and_kinds_on_the_page_are_those_there_are() -> None:
    limits = PAGE.partition("| setting of `web.limits`")[2].partition("\n\n")[0]
    for row in limits.splitlines()[2:]:
        for name in re.findall(r"`(\w+)`", row.split("|")[1]):
            assert name in Limits.model_fields, name
    assert set(re.findall(r"^\| `(\w+)`", PAGE.partition("`web.tokens` |")[2], re.MULTILINE)) >= {
        "algorithms",
        "keys",
    }
    assert "algorithms" in Tokens.model_fields
    topic = Contracts.load().topic_of(SecurityEvent)
    assert f"kept for {topic.retention_ms // 86_400_000} days" in PAGE
