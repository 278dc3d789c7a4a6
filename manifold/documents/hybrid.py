"""PDFs with the record embedded as XML: Factur-X and ZUGFeRD."""

from io import BytesIO
from random import Random

import facturx
import pypdfium2

from connectors.einvoice import cii_writing
from operators.invoice import Invoice

_OTHER_NAMES = ("zugferd-invoice.xml", "xrechnung.xml", "ZUGFeRD-invoice.xml")


def embedded(pdf: bytes, invoice: Invoice, rng: Random) -> bytes:
    """The PDF with the whole record in it.

    Two in three are Factur-X as its library makes it, which writes the time of day into the file;
    the others have the XML attached under another name that is in use.
    """
    xml = cii_writing.write(invoice)
    if rng.random() < 0.66:
        made = facturx.generate_from_binary(
            pdf, xml, flavor="factur-x", level="en16931", check_xsd=False
        )
        return bytes(made)
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.new_attachment(rng.choice(_OTHER_NAMES)).set_data(xml)
        out = BytesIO()
        document.save(out)
    finally:
        document.close()
    return out.getvalue()
