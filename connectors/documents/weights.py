"""A model without the numbers that only make it slow.

Training leaves weights of 1e-40 and the like where a channel has come to nothing. They change no
sum, but what is multiplied by them is below the normal numbers of 32 bits, and with these a
processor takes a hundred times as long: the two convolutions of RapidOCR's detector that have most
of them took two thirds of its time.

A processor can be told to take such numbers for zero, yet only thread by thread, and onnxruntime
tells the threads of its own alone, not the one that calls it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # it has no types
from google.protobuf.unknown_fields import (  # type: ignore[import-untyped]  # it has no types
    UnknownFieldSet,
)

_TINY = 1e-20
"""Below this a weight is nothing beside the others of its sum, which are around 0.1."""
_GRAPH, _INITIALIZER, _DATA_TYPE, _RAW_DATA = 7, 5, 2, 9
"""Numbers of the fields of ModelProto, GraphProto and TensorProto in onnx.proto."""
_FLOAT = 1
"""TensorProto.DataType of 32-bit floats."""


def without_tiny_weights(model: bytes) -> bytes:
    """An ONNX model whose weights below 1e-20 are zero; it computes the same.

    onnxruntime takes a model in bytes, and the package that edits models is far larger than what is
    done here: weights are overwritten where they stand.
    """
    edited = bytearray(model)
    end = 0
    for values in _weights(model):
        start = edited.index(values, end)
        end = start + len(values)
        weights = np.frombuffer(edited, "<f4", len(values) // 4, start)
        weights[np.abs(weights) < _TINY] = 0.0
    return bytes(edited)


def _weights(model: bytes) -> Iterator[bytes]:
    """The weights in 32 bits, one tensor after the other as they stand in the model."""
    for graph in _fields(model, _GRAPH):
        for tensor in _fields(graph, _INITIALIZER):
            if _FLOAT in _fields(tensor, _DATA_TYPE):
                yield from _fields(tensor, _RAW_DATA)


def _fields(message: bytes, number: int) -> list[Any]:
    """The values of a field, whose message needs no description for that."""
    read = Empty()
    read.ParseFromString(message)
    return [each.data for each in UnknownFieldSet(read) if each.field_number == number]
