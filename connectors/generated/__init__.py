"""Readers and writers in Python, generated once per record."""

from connectors.generated.reading import reader
from connectors.generated.writing import writer

__all__ = ["reader", "writer"]
