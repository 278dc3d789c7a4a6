"""What billing sends and reads, held against Manifold's contracts; no Kafka is needed."""

from decimal import Decimal
from pathlib import Path

import pytest
from billing import Decisions, upload

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.json"))


@pytest.mark.manifold_topic("invoice.uploaded")
def test_what_we_send(manifold_contract):
    sent = upload("r-1", "R-2026-0117", "V-1001", Decimal("160.53"))
    manifold_contract.check(sent, key="V-1001")


@pytest.mark.manifold_topic("invoice.uploaded")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_what_we_have_sent(manifold_contract, sample):
    manifold_contract.check(sample)


@pytest.fixture(scope="session")
def decisions(manifold_registry):
    return Decisions(manifold_registry)


@pytest.mark.manifold_topic("invoice.decision")
def test_we_read_every_decision(decisions, manifold_message):
    decision = decisions.read(manifold_message.value)
    expected = manifold_message.json
    assert decision.request_id == expected["request_id"]
    assert decision.may_be_paid == (expected["status"] == "APPROVED")
    if expected["amount"] is not None:
        assert decision.amount == Decimal(expected["amount"])
