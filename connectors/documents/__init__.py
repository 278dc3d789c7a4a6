"""Documents: PDF, scan and photo, from bytes to words on pages."""

import os

from connectors.documents.classify import MEDIA_TYPES, Classified, Kind, classify
from connectors.documents.embedded import Embedded, embedded_invoice
from connectors.documents.engine import Engine, Failed, NotThere
from connectors.documents.engines import Engines
from connectors.documents.geometry import Transform, box_of, corners_of
from connectors.documents.limits import Limits
from connectors.documents.raster import Grey, Raster, decoded, rendered
from connectors.documents.route import PageRead, Pages, Stage, read_pages
from connectors.documents.second_reading import read_lines_again
from connectors.einvoice import Unreadable

__all__ = [
    "MEDIA_TYPES",
    "Classified",
    "Embedded",
    "Engine",
    "Engines",
    "Failed",
    "Grey",
    "Kind",
    "Limits",
    "NotThere",
    "PageRead",
    "Pages",
    "Raster",
    "Stage",
    "Transform",
    "Unreadable",
    "box_of",
    "classify",
    "corners_of",
    "decoded",
    "embedded_invoice",
    "read_lines_again",
    "read_pages",
    "rendered",
]

# What runs RapidOCR's models would report to its maker how it is used, and leave an identifier of
# the machine in the home directory. It asks once, when it is loaded, which is after this.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
