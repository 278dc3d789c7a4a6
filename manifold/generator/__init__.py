"""Invented invoices, most of them right, some with a fault that one branch should find."""

from manifold.generator.faults import FAULTS, FINDINGS, Fault, Finding
from manifold.generator.jsonl import json_line
from manifold.generator.stream import Sample, invoices
from manifold.generator.world import Reference, World, reference_records, world

__all__ = [
    "FAULTS",
    "FINDINGS",
    "Fault",
    "Finding",
    "Reference",
    "Sample",
    "World",
    "invoices",
    "json_line",
    "reference_records",
    "world",
]
