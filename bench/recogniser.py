"""Makes the recogniser of lines smaller: the model in `connectors/documents/models`.

    .venv/bin/pip install onnx
    manifold generate documents DIR --set tuning --seed 5101 --count 24 --kinds scan,photo,receipt
    python -m bench.recogniser DIR

RapidOCR's recogniser knows 18,709 signs, nearly all of them Chinese, and computes in 32 bits. Of
ours it is left the signs that our languages are written in, which changes nothing about those, and
its convolutions compute in 8 bits, of ranges that they have on lines of the documents in DIR. A
weight has 7 of these bits, so that no sum overflows in processors without VNNI. The first
convolutions, up to where the line is made a quarter as large, stay in 32 bits: a maximum stands
between them, for which onnxruntime is slow in 8. Gelu becomes one operator before, since what is
put between its five hides it from onnxruntime afterwards.

To be run anew when RapidOCR comes with another recogniser; a test says so.
"""

import argparse
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, version_converter
from onnxruntime.quantization import (  # type: ignore[import-untyped]  # onnxruntime has no types
    CalibrationDataReader,
    CalibrationMethod,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import (  # type: ignore[import-untyped]  # onnxruntime has no types
    quant_pre_process,
)
from onnxruntime.transformers.fusion_gelu import (  # type: ignore[import-untyped]  # onnxruntime has no types
    FusionGelu,
)
from onnxruntime.transformers.onnx_model import (  # type: ignore[import-untyped]  # onnxruntime has no types
    OnnxModel,
)

from connectors.documents import Engines, read_pages
from connectors.documents.rapid import MADE_FROM, RECOGNISER, packaged
from manifold.documents.measure import documents

_LINES = 60
"""Lines that the ranges are taken from; more take long and change little."""
_SCALED = 17
"""Version of the operators, the first ones of which have scales for each channel in 13."""
_STEM = 4
"""Convolutions at the beginning that stay in 32 bits."""
_HEAD = ("linear_8.w_0", "linear_8.b_0")
"""What makes a probability of each sign."""
_PUNCTUATION = range(0x2000, 0x2070)
_MONEY = range(0x20A0, 0x20D0)
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_LATIN = range(0x250)
_OTHERS = frozenset("￥　、。°№™√•■□▪◆●★☆←→①②③≈≤≥")

Numbers = NDArray[np.float32]


def is_ours(sign: str) -> bool:
    """Whether our languages are written in it, or Chinese models take it for one that is."""
    if len(sign) != 1:
        return False
    ranges = (_LATIN, _PUNCTUATION, _MONEY, _FULL_WIDTH)
    return sign in _OTHERS or any(ord(sign) in each for each in ranges)


def with_our_signs(model: Any) -> Any:
    """The model without the other signs; the first is none, the last is a blank."""
    named = {each.key: each for each in model.metadata_props}
    signs = named["character"].value.splitlines()
    kept = [number for number, sign in enumerate(signs) if is_ours(sign)]
    columns = [0, *(number + 1 for number in kept), len(signs) + 1]
    for each in model.graph.initializer:
        if each.name in _HEAD:
            values = np.ascontiguousarray(numpy_helper.to_array(each)[..., columns])
            each.CopyFrom(numpy_helper.from_array(values, each.name))
    del model.graph.value_info[:]  # shapes of before
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(columns)
    named["character"].value = "\n".join(signs[number] for number in kept)
    return model


class _Watched:
    """A session that keeps what it is given."""

    def __init__(self, session: Any, given: list[Numbers]) -> None:
        self._session = session
        self._given = given

    def __call__(self, lines: Numbers) -> Any:
        self._given.append(np.asarray(lines))
        return self._session(lines)


def lines_of(folder: Path) -> list[Numbers]:
    """Some lines of documents as the recogniser is given them."""
    found: list[Numbers] = []
    engines = Engines()
    recogniser = engines.rapidocr._engine._load_rec_model()  # type: ignore[attr-defined]  # ours has it
    recogniser.session = _Watched(recogniser.session, found)
    for path in documents(folder):
        read_pages(path.read_bytes(), engines=engines)
    Random(1).shuffle(found)
    return found[:_LINES]


class _Lines(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Lines, one after the other."""

    def __init__(self, lines: list[Numbers]) -> None:
        self._left: Iterator[Numbers] = iter(lines)

    def get_next(self) -> dict[str, Numbers] | None:
        line = next(self._left, None)
        return None if line is None else {"x": line}


def with_whole_gelus(model: Any) -> Any:
    """The model with one operator instead of the five that a Gelu is made of."""
    fused = OnnxModel(onnx.shape_inference.infer_shapes(model))
    FusionGelu(fused).apply()
    fused.prune_graph()
    fused.topological_sort()
    fused.model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    return fused.model


def in_eight_bits(model: Any, lines: list[Numbers], written: Path) -> None:
    """Write the model with convolutions of 8 bits, but for those of the stem."""
    kept = {each.key: each.value for each in model.metadata_props}
    with TemporaryDirectory() as folder:
        scaled, folded = Path(folder) / "scaled.onnx", Path(folder) / "folded.onnx"
        onnx.save(version_converter.convert_version(model, _SCALED), scaled)
        quant_pre_process(scaled, folded, skip_symbolic_shape=True)
        whole = with_whole_gelus(onnx.load(folded))
        onnx.save(whole, folded)
        convolutions = [node.name for node in whole.graph.node if node.op_type == "Conv"]
        quantize_static(
            folded,
            written,
            _Lines(lines),
            op_types_to_quantize=["Conv"],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=convolutions[:_STEM],
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True},
        )
    smaller = onnx.load(written)
    del smaller.graph.value_info[:]  # shapes along the way, which are found when it is loaded
    onnx.helper.set_model_props(smaller, kept)
    onnx.save(smaller, written)


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="documents in tuning layouts")
    folder = parser.parse_args().folder
    if not folder.is_dir():
        parser.error(f"{folder} is no folder: make one with `manifold generate documents`")
    source = packaged("rec")
    model = with_our_signs(onnx.load(source))
    props = {each.key: each.value for each in model.metadata_props}
    props[MADE_FROM] = sha256(source.read_bytes()).hexdigest()
    onnx.helper.set_model_props(model, props)
    in_eight_bits(model, lines_of(folder), RECOGNISER)


if __name__ == "__main__":
    main()
