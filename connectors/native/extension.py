"""The native codec's extension module, where it was built."""

import os
from importlib import import_module
from typing import Any

from connectors.native.build import fingerprint

UNION = 1
NULL_LAST = 2
"""How a step's value stands in a union with null."""


def extension() -> Any:
    """The extension module."""
    if _found is None:
        raise RuntimeError("the native codec is not built: python connectors/native/build.py")
    return _found


def _find() -> Any:
    if os.environ.get("MANIFOLD_PURE"):
        return None
    try:
        found = import_module("connectors.native.avro")
    except ImportError:
        return None
    return found if found.sources == fingerprint() else None


_found = _find()
available = _found is not None
"""Whether records are read and written by compiled code."""
