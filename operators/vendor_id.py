"""What a vendor is called when neither the producer nor the master data says."""

import re
import unicodedata

from operators.invoice import Party


def implied_by(seller: Party) -> str | None:
    """The vendor id a seller implies: VAT id, else identifier, else legal id or name as a slug.

    >>> implied_by(Party(name="Müller & Söhne GmbH", vat_id="de 123 456 788"))
    'DE123456788'
    >>> implied_by(Party(name="Müller & Söhne GmbH"))
    'muller-sohne-gmbh'
    """
    if seller.vat_id and seller.vat_id.strip():
        return "".join(seller.vat_id.split()).upper()
    if seller.identifier and seller.identifier.strip():
        return seller.identifier.strip()
    return _slug(seller.legal_id) or _slug(seller.name)


def _slug(text: str | None) -> str | None:
    apart = unicodedata.normalize("NFKD", (text or "").casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "-", plain).strip("-") or None
