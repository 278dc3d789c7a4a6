"""A share of the fuzzing: mutated records through every flow, and defects that it must find."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from flows import FLOWS
from operators import validation
from tests.faults.fuzz.campaign import Campaign, Finding
from tests.faults.fuzz.flow import Flow, flows
from tests.faults.fuzz.telling import told

CHUNKS = 4
"""Of a thousand records, for each flow."""


@pytest.fixture(scope="module")
def store() -> Iterator[type[Any]]:
    with flows() as store:
        yield store


def findings(campaign: Campaign, chunks: int) -> Iterator[Finding]:
    logging.disable(logging.CRITICAL)
    try:
        for number in range(chunks):
            yield from campaign.chunk(number)
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("flow", FLOWS)
def test_every_mutated_record_is_decided_or_set_aside(flow: str, store: type[Any]) -> None:
    campaign = Campaign(Flow(flow, store), seed=1)
    for finding in findings(campaign, CHUNKS):
        pytest.fail("\n".join(told(campaign, finding)), pytrace=False)
    assert sum(campaign.ends.values()) == CHUNKS * 1_000
    assert {"undecodable", "contract_broken", "not_framed", "empty"} <= set(campaign.ends)


def test_a_crash_is_found_and_its_record_made_small(
    store: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = validation.judge

    def failing(invoice: Any, *others: Any) -> Any:
        if any(line.quantity == 0 for line in invoice.lines):
            raise ZeroDivisionError("a bug")
        return judge(invoice, *others)

    monkeypatch.setattr(validation, "judge", failing)
    campaign = Campaign(Flow("validation", store), seed=1)
    finding = next(each for each in findings(campaign, 8) if "a bug" in each.what)
    text = "\n".join(told(campaign, finding))
    assert "again: python -m tests.faults.fuzz --seed 1 --flow validation" in text
    assert "'quantity'" in text
    assert "'street'" not in text


@pytest.mark.parametrize("times", [0, 2])
def test_a_dead_letter_that_is_lost_or_doubled_is_found(
    times: int, store: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(self: Flow, records: Any, reference: Any) -> list[Any]:
        written = honest(self, records, reference)
        letters = [each for each in written if each.topic.endswith(".dlq")]
        return [*(each for each in written if each is not letters[0]), *times * letters[:1]]

    honest = Flow.run
    monkeypatch.setattr(Flow, "run", run)
    campaign = Campaign(Flow("pricing", store), seed=1)
    finding = next(findings(campaign, 1))
    assert "no trace" in finding.what or "dead letters" in finding.what
