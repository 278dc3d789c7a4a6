"""Readers and writers in C, which carry out programs made once per record.

The extension is built when Manifold is installed and a C compiler is there. Without it, or with
MANIFOLD_PURE set in the environment, generated Python does the same more slowly.
"""

from connectors.native.extension import available
from connectors.native.reading import reader
from connectors.native.writing import writer

__all__ = ["available", "reader", "writer"]
