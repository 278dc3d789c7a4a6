"""The official validation rules of EN 16931, run as published: XSLT made from Schematron."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from saxonche import PySaxonApiError, PySaxonProcessor

_FILES: Mapping[str, str] = MappingProxyType(
    {"UBL": "EN16931-UBL-validation.xslt", "CII": "EN16931-CII-validation.xslt"}
)
_ASSERTION = re.compile(r'<svrl:failed-assert\b[^>]*?\bid="([^"]+)"')


class Artefacts:
    """Compiled once for a syntax; a document takes about a millisecond."""

    def __init__(self, folder: Path, syntax: str) -> None:
        """Compile the stylesheet of a syntax, UBL or CII; FileNotFoundError when it is missing."""
        file = folder / _FILES[syntax]
        if not file.is_file():
            raise FileNotFoundError(
                f"{file} is missing: it comes with the validation artefacts of EN 16931 "
                "(github.com/ConnectingEurope/eInvoicing-EN16931, folder xslt of a release). "
                "Say with --artefacts where they are."
            )
        self._processor = PySaxonProcessor(license=False)
        self._rules = self._processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(file)
        )

    def broken(self, document: bytes) -> frozenset[str] | None:
        """The rules that a document breaks; None where a rule fails to run on it.

        That happens where a number is none, or one stands where there may be only one.
        """
        try:
            node = self._processor.parse_xml(xml_text=document.decode())
            report = self._rules.transform_to_string(xdm_node=node)
        except PySaxonApiError:
            return None
        return frozenset(_ASSERTION.findall(report))
