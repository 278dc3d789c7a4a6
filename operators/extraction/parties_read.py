"""The parties of the invoice record and the accounts to pay to."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from operators.extraction.addresses import AddressRead
from operators.extraction.candidate import Evidence
from operators.extraction.document import Document
from operators.extraction.folded import key
from operators.extraction.identifiers import Found
from operators.extraction.parties import Sides, buyers_mark
from operators.extraction.party_names import Side, party_name
from operators.extraction.places import Place
from operators.extraction.reads import Reads
from operators.invoice import Account, Address, Party, Payment
from operators.reference import ReferenceVendor
from operators.table import Lookup
from operators.vat import vat_country

_MARKS = ("vat_id", "tax_id", "legal_id")


def parties(
    document: Document,
    chosen: Sides,
    marks: Sequence[Found],
    reads: Reads,
    vendors: Lookup[ReferenceVendor] | None,
) -> tuple[Party, Party]:
    """Seller and buyer, their values noted among the reads.

    Args:
        document: The document.
        chosen: Where they stand.
        marks: Identifiers in the document.
        reads: Where each value is noted.
        vendors: Master data by VAT identifier, IBAN, and folded name; None without any.
    """
    own: dict[Side, list[Found]] = {"seller": [], "buyer": []}
    clear: dict[int, float] = {}
    for mark in marks:
        theirs = buyers_mark(document, mark, chosen, marks)
        side: Side = "buyer" if theirs > 0 else "seller"
        own[side].append(mark)
        clear[id(mark)] = min(1.0, abs(theirs))
    _shared_out(own)
    vendor = _vendor(own["seller"], chosen.seller, vendors)
    seller = _party(document, "seller", chosen, own["seller"], clear, reads, vendor)
    buyer = _party(document, "buyer", chosen, own["buyer"], clear, reads, None)
    return seller, buyer


def _shared_out(own: dict[Side, list[Found]]) -> None:
    """The same VAT identifier is of one party; a second one of the seller's is the buyer's."""
    values = [mark.value for mark in own["seller"] if mark.kind == "vat_id" and mark.check > 0]
    different = list(dict.fromkeys(values))
    if len(different) == 2 and not any(mark.kind == "vat_id" for mark in own["buyer"]):
        counts = {value: values.count(value) for value in different}
        theirs = different[1] if counts[different[1]] <= counts[different[0]] else different[0]
        moved = [mark for mark in own["seller"] if mark.value == theirs]
        own["seller"] = [mark for mark in own["seller"] if mark.value != theirs]
        own["buyer"] += moved


def _vendor(
    marks: Sequence[Found], place: Place | None, vendors: Lookup[ReferenceVendor] | None
) -> ReferenceVendor | None:
    if vendors is None:
        return None
    keys = [mark.value for mark in marks if mark.kind in ("vat_id", "iban")]
    keys += [key(place.name)] if place is not None and place.name else []
    return next((found for each in keys if (found := vendors.get(each)) is not None), None)


def _party(
    document: Document,
    side: Side,
    chosen: Sides,
    marks: Sequence[Found],
    clear: Mapping[int, float],
    reads: Reads,
    vendor: ReferenceVendor | None,
) -> Party:
    place = chosen.seller if side == "seller" else chosen.buyer
    ahead = chosen.seller_ahead if side == "seller" else chosen.buyer_ahead
    values: dict[str, str] = {}
    for mark in marks:
        if mark.kind not in _MARKS or mark.kind in values:
            continue
        better = [each for each in marks if each.kind == mark.kind and each.check > mark.check]
        best = better[0] if better else mark
        values[mark.kind] = best.value
        known = 1.0 if vendor is not None and vendor.vat_id == best.value else 0.0
        evidence = Evidence(
            label=1.0 if best.label is not None else 0.0,
            near=clear[id(best)],
            alone=1.0
            if all(each.value == best.value for each in marks if _rivals(each, best, place))
            else 0.0,
            form=_at_home(best, place),
            check=best.check,
            repeated=reads.repeated(best.value, best.row),
            known=known,
            engine=best.confidence,
        )
        text = document.rows[best.row].text[best.start : best.end]
        reads.note(f"{side}.{mark.kind}", evidence, best.row, best.box, text)
    only = chosen.seller is None or chosen.buyer is None
    name = party_name(document, side, place, ahead, reads, vendor, only)
    country = _country(values.get("vat_id"), marks, side)
    return Party(
        name=name,
        vat_id=values.get("vat_id"),
        tax_id=values.get("tax_id"),
        legal_id=values.get("legal_id"),
        address=address(document, f"{side}.address", place, country, reads),
    )


def _rivals(one: Found, best: Found, place: Place | None) -> bool:
    """Whether an identifier may be meant in another's place; a seller may have one abroad, too."""
    abroad = _at_home(one, place) == 0.0 and _at_home(best, place) == 1.0
    return one.kind == best.kind and not abroad


def _at_home(mark: Found, place: Place | None) -> float:
    """Whether an identifier is of the country of its party's address, as far as one can tell."""
    country = vat_country(mark.value) if mark.kind == "vat_id" else None
    if country is None or place is None or place.address is None or not place.address.countries:
        return 0.5
    return float(country in (place.address.country or place.address.countries))


def address(
    document: Document, field: str, place: Place | None, country: str | None, reads: Reads
) -> Address | None:
    """The postal address of a place, its parts noted under a path; None when it has none."""
    if place is None or place.address is None:
        return None
    found = place.address
    told = found.country
    if told is None and country in found.countries:
        told = country
    if told is None:
        told = _by_language(document, found)
    for part, value in (
        ("street", found.street),
        ("postcode", found.postcode),
        ("city", found.city),
    ):
        if value:
            evidence = Evidence(label=0.8, alone=0.8, form=1.0)
            reads.note(f"{field}.{part}", evidence, place.rows[-1], place.box, value)
    if told is not None:
        form = 1.0 if told == found.country else 0.5
        reads.note(
            f"{field}.country", Evidence(label=form, alone=0.6, form=form, computed=1.0 - form)
        )
    return Address(found.street, found.city or None, found.postcode, told)


def _by_language(document: Document, found: AddressRead) -> str | None:
    """The country whose postcode it is and whose language the document has, if that is one."""
    speaking = {
        "de": ("DE", "AT"), "fr": ("FR", "BE"), "es": ("ES",), "it": ("IT",), "nl": ("NL", "BE"),
    }.get(document.language or "", ())  # fmt: skip
    if document.currency == "MYR":
        speaking = ("MY",)
    if document.currency not in (None, "EUR", "MYR"):
        return None
    return next((each for each in speaking if each in found.countries), None)


def _country(vat_id: str | None, marks: Sequence[Found], side: Side) -> str | None:
    """The country of a party by its VAT identifier, else the seller's by its account."""
    if vat_id is not None:
        return {"EL": "GR", "XI": "GB"}.get(vat_id[:2], vat_id[:2])
    if side == "seller":
        return next((mark.value[:2] for mark in marks if mark.kind == "iban"), None)
    return None


def payments(document: Document, marks: Sequence[Found], reads: Reads) -> tuple[Payment, ...]:
    """The accounts to pay to, each once, with the bank's identifier that stands nearest."""
    accounts: dict[str, Found] = {}
    for mark in marks:
        if mark.kind == "iban":
            accounts.setdefault(mark.value, mark)
    banks = [mark for mark in marks if mark.kind == "bic"]
    result = []
    for number, (iban, mark) in enumerate(accounts.items()):
        path = f"payments[{number}].account"
        evidence = Evidence(
            label=1.0 if mark.label else 0.3,
            near=1.0,
            alone=1.0 if len(accounts) == 1 else 0.5,
            form=1.0,
            check=mark.check,
            engine=mark.confidence,
        )
        text = document.rows[mark.row].text[mark.start : mark.end].replace("\t", " ")
        reads.note(f"{path}.id", evidence, mark.row, mark.box, text)
        bank = min(banks, key=lambda each: abs(each.row - mark.row), default=None)
        if bank is not None:
            sure = replace(evidence, check=0.5, engine=bank.confidence)
            reads.note(f"{path}.bank", sure, bank.row, bank.box, bank.value)
        result.append(Payment(account=Account(iban, bank.value if bank is not None else None)))
    return tuple(result)
