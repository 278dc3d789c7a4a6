"""What flows log holds nothing of an invoice, whatever becomes of it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from connectors import logs
from connectors.envelope import trace_id
from connectors.failures import RecordFailed
from connectors.stream import Batch
from flows import BRANCHES, FLOWS
from manifold import runner
from operators.upload import InvoiceUploaded
from tests.contract.flow_run import MemoryRuntime, run, start, whole_pipeline
from tests.contract.generated_records import AT, SAMPLES, TRACE, inputs_of, sent


def personal() -> Iterator[str]:
    """Names, accounts and identifiers in the generated invoices."""
    for sample in SAMPLES:
        invoice = sample.upload.invoice
        if invoice is None:
            continue
        for party in (invoice.seller, invoice.buyer):
            yield from filter(None, (party.name, party.vat_id))
        accounts = (each.account for each in invoice.payments if each.account is not None)
        yield from (account.id for account in accounts if account.id is not None)


PERSONAL = sorted({each for each in personal() if each and len(each) > 3})


def held(text: str) -> list[str]:
    return [each for each in PERSONAL if each in text]


class Said(logging.Handler):
    """Everything that is logged, as machines read it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logs.for_machines())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Said]:
    caplog.set_level(logging.INFO)
    handler = Said()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_there_is_something_to_look_for() -> None:
    assert len(PERSONAL) > 20
    assert held(repr(SAMPLES[0].upload))


@pytest.mark.parametrize("flow", FLOWS)
def test_of_records_that_are_good_nothing_is_logged(flow: str, said: Said) -> None:
    records = inputs_of(flow, whole_pipeline())
    said.lines.clear()
    start(flow, [Batch(0, AT, records)])
    assert not said.text


@pytest.mark.parametrize("flow", FLOWS)
def test_of_records_that_are_not_nothing_is_quoted(flow: str, said: Said) -> None:
    records = inputs_of(flow, whole_pipeline())
    cut = [replace(each, value=(each.value or b"")[:-9]) for each in records]
    start(flow, [Batch(0, AT, cut)])
    assert not held(said.text)


@pytest.mark.parametrize("flow", BRANCHES)
def test_a_record_that_makes_a_step_fail_is_named_and_not_quoted(
    flow: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = next(each.upload for each in SAMPLES if each.upload.invoice is not None)

    class Bug(Exception):
        """Says what it should not."""

    def judge(*given: Any, **more: Any) -> Any:
        raise Bug(repr(upload.invoice)) from ValueError(repr(upload.invoice))

    monkeypatch.setattr(f"operators.{flow}.judge", judge)
    runtime = MemoryRuntime(flow, [Batch(0, AT, [sent(upload, 7)])], reference=True)
    with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever the engine makes of it
        run(runtime)
    error = runner._first(RecordFailed, failed.value)
    assert error is not None
    runner.tell(error, None)
    assert not held(said.text)
    [told] = map(json.loads, said.lines)
    assert told["record"] == f"Bug on {sent(upload).topic}[0] offset 7"
    assert told["trace_id"] == TRACE.decode()
    assert "ValueError" in told["exception"]
    assert "Bug" in told["exception"]


def test_a_record_without_a_trace_has_none() -> None:
    upload = sent(SAMPLES[0].upload)
    assert isinstance(SAMPLES[0].upload, InvoiceUploaded)
    assert trace_id(upload) == TRACE.decode()
    assert trace_id(replace(upload, headers=[])) is None
    assert trace_id(replace(upload, headers=[("traceparent", b"garbled")])) is None
