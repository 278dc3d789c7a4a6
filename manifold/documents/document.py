"""Making a document that has been planned."""

from random import Random

from msgspec import Struct

from connectors.einvoice import to_json
from manifold.documents.capture import CAMERAS, SCANNERS, photographed, scanned
from manifold.documents.case import drawn_case
from manifold.documents.edition import Truth
from manifold.documents.hybrid import embedded
from manifold.documents.invoice_pages import Printed, printed
from manifold.documents.layouts_reporting import REPORTING
from manifold.documents.layouts_tuning import drawn
from manifold.documents.plan import Difficulty, Plan
from manifold.documents.raster import grain, jpeg, picture_pdf, pictures, png
from manifold.documents.receipt_case import drawn_purchase
from manifold.documents.receipt_layouts import REPORTING_RECEIPTS, TUNING_RECEIPTS
from manifold.documents.receipt_pages import printed_receipt


class Document(Struct, frozen=True):
    """A document with the truth about it."""

    plan: Plan
    """What was asked for."""
    layout: str
    """The family of its layout."""
    suffix: str
    """Of its file: pdf, jpg or png."""
    content: bytes
    """The file."""
    truth: Truth
    """What it says, and the whole record."""
    pages: int
    """How many."""


_RECEIPT_DPI = 170


def document(plan: Plan) -> Document:
    """Make it."""
    seed = f"{plan.purpose}/{plan.seed}/{plan.index}/{plan.kind}/{plan.language}"
    rng = Random(seed)
    if plan.kind == "receipt":
        return _receipt(plan, seed, rng)
    chance = _seller(plan) or rng
    layout = drawn(chance) if plan.purpose == "tuning" else chance.choice(REPORTING)
    attempt = 0
    while True:
        case = drawn_case(plan.language, Random(f"{seed}/{attempt}"), _seller(plan))
        made = printed(case, layout, _style(plan) or f"{seed}/{attempt}")
        # A photo is of one page; a scan of many would be slow to no purpose.
        if made.pages <= {"photo": 1, "scan": 3}.get(plan.kind, 9):
            break
        attempt += 1
    invoice = case.invoice
    truth = Truth(made.edition.truth(), to_json(invoice))
    suffix, content = "pdf", made.pdf
    match plan.kind:
        case "hybrid":
            content = embedded(made.pdf, invoice, rng)
            truth = Truth(truth.record, truth.record)
        case "scan":
            content = _scan(made, plan.difficulty or 1, seed)
        case "photo":
            suffix, content = _photo(made, plan.difficulty or 1, seed, rng, thermal=False)
    return Document(plan, layout.name, suffix, content, truth, made.pages)


def _receipt(plan: Plan, seed: str, rng: Random) -> Document:
    layouts = TUNING_RECEIPTS if plan.purpose == "tuning" else REPORTING_RECEIPTS
    layout = (_seller(plan) or rng).choice(layouts)
    purchase = drawn_purchase(plan.language, rng, _seller(plan))
    made = printed_receipt(purchase, layout, _style(plan) or seed)
    suffix, content = _photo(made, plan.difficulty or 1, seed, rng, thermal=True)
    truth = Truth(made.edition.truth(), to_json(purchase.case.invoice))
    return Document(plan, layout.name, suffix, content, truth, 1)


def _style(plan: Plan) -> str | None:
    """The seed of how a seller's documents look; None when each looks its own way."""
    return None if plan.seller is None else f"{plan.purpose}/{plan.seed}/seller {plan.seller}"


def _seller(plan: Plan) -> Random | None:
    style = _style(plan)
    return None if style is None else Random(style)


def _scan(made: Printed, difficulty: Difficulty, seed: str) -> bytes:
    scanner, chance = SCANNERS[difficulty], grain(seed)
    seen = [scanned(page, scanner, chance) for page in pictures(made.pdf, scanner.dpi)]
    sizes = [(page.shape[1], page.shape[0]) for page in seen]
    return picture_pdf([jpeg(page, scanner.quality) for page in seen], scanner.dpi, sizes)


def _photo(
    made: Printed, difficulty: Difficulty, seed: str, rng: Random, thermal: bool
) -> tuple[str, bytes]:
    """A photo, or of three receipts in ten a flat scan, as JPEG or PNG."""
    camera, chance = CAMERAS[difficulty], grain(seed)
    flat = thermal and rng.random() < 0.3
    if flat:
        scanner = SCANNERS[difficulty]
        # The small print of receipts does not survive what letters of an invoice do.
        dpi = max(scanner.dpi, _RECEIPT_DPI)
        page = scanned(pictures(made.pdf, dpi)[0], scanner, chance)
        quality = scanner.quality
    else:
        seen = pictures(made.pdf, 260 if thermal else 220)[0]
        page = photographed(seen, camera, thermal, chance)
        quality = camera.quality
    if difficulty <= 2 and rng.random() < 0.2:
        return "png", png(page)
    return "jpg", jpeg(page, quality)
