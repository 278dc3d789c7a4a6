"""The detector of lines does not compute with numbers that are next to nothing."""

import numpy as np
import pytest
from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # onnxruntime has no types

from connectors.documents.rapid import packaged
from connectors.documents.weights import without_tiny_weights


@pytest.fixture(scope="module")
def whole() -> bytes:
    return packaged("det").read_bytes()


@pytest.fixture(scope="module")
def edited(whole: bytes) -> bytes:
    return without_tiny_weights(whole)


def changed(whole: bytes, edited: bytes) -> int:
    return sum(before != after for before, after in zip(whole, edited, strict=True))


def test_there_are_some_in_the_detector_that_is_installed(whole: bytes, edited: bytes) -> None:
    assert changed(whole, edited) > 100_000, (
        "RapidOCR comes with a detector that has none: delete connectors/documents/weights.py"
    )


def test_what_is_left_has_none(edited: bytes) -> None:
    assert without_tiny_weights(edited) == edited


def test_it_finds_exactly_what_the_whole_one_finds(whole: bytes, edited: bytes) -> None:
    image = np.random.default_rng(7).normal(0.0, 0.6, (1, 3, 96, 160)).astype(np.float32)

    before, after = (
        InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": image})[0]
        for model in (whole, edited)
    )

    np.testing.assert_array_equal(before, after)
