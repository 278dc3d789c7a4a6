"""Records that Kafka takes and a client cannot handle do not stop those behind them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import dead_letters
from connectors.stream import Outgoing
from operators.result import ValidationResult
from operators.upload import InvoiceUploaded
from tests.integration.pipeline import Pipeline, generated
from tests.integration.raw import write

LARGEST = 999_800
"""Bytes of a value that a producer's default limit takes, but not with a dead letter's headers."""
_SOON = 30


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline(bootstrap, tmp_path) as pipeline:
        yield pipeline


def answered_behind(pipeline: Pipeline) -> None:
    """An invoice is uploaded and answered."""
    made, (sample, *_) = generated(4)
    pipeline.publish_reference(made)
    pipeline.start("validation")
    more = pipeline.more(ValidationResult)
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    value = pipeline.codec.encoder(InvoiceUploaded)(sample.upload)
    write(pipeline.kafka, [Outgoing(topic.name, b"k", value, [], partition=0)])
    pipeline.until(more, "the invoice behind it answered", seconds=_SOON)


def test_a_record_as_large_as_can_be_is_set_aside(pipeline: Pipeline) -> None:
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    write(pipeline.kafka, [Outgoing(topic.name, b"k", b"x" * LARGEST, [], partition=0)])
    answered_behind(pipeline)
    pipeline.until(lambda: len(pipeline.seen.letters()) == 1, "a dead letter", seconds=_SOON)
    assert not pipeline.restarts


def test_a_header_whose_name_is_no_text_does_not_stop_its_partition(pipeline: Pipeline) -> None:
    kcat = shutil.which("kcat")
    assert kcat is not None, "install kcat: deploy/kafka/requirements tests"
    topic = pipeline.contracts.topic_of(InvoiceUploaded)
    where = ["-b", pipeline.kafka["bootstrap.servers"], "-t", topic.name, "-p", "0"]
    header = b"\xff\xfename=value"
    subprocess.run([kcat, "-P", *where, "-H", header], input=b"not an upload", check=True)
    answered_behind(pipeline)
    pipeline.until(lambda: len(pipeline.seen.letters()) == 1, "a dead letter", seconds=_SOON)
    (letter,) = pipeline.seen.letters()
    assert letter.value == b"not an upload"
    assert letter.header(dead_letters.ERROR_REASON) is not None
