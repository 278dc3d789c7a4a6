"""Layouts that extraction is tuned on. Those it is reported on are in `layouts_reporting`."""

from random import Random

from msgspec.structs import replace

from manifold.documents.layout import Layout

_SANS = ("helvetica", "vera", "liberation-sans")
_ANY = ("helvetica", "times", "dejavu-condensed", "liberation-serif")

TUNING: tuple[Layout, ...] = (
    Layout(
        name="tuning-window-list",
        letterhead="right", addressing="window", particulars="list", title="left",
        columns=("position", "description", "quantity", "unit", "price", "net"),
        head="filled", rows="rules", further=True, totals="right", vat="in_totals",
        footer="columns", bank="footer", faces=_SANS, size=9.5,
    ),
    Layout(
        name="tuning-window-table",
        letterhead="left", addressing="window", particulars="table", title="left",
        columns=("position", "item", "description", "quantity", "price", "vat", "net"),
        head="ruled", rows="none", further=False, totals="right", vat="table",
        footer="line", bank="notes", faces=_ANY, size=9,
    ),
    Layout(
        name="tuning-right-inline",
        letterhead="left", addressing="right", particulars="inline", title="with_number",
        columns=("description", "quantity", "price", "net"),
        head="ruled", rows="rules", further=False, totals="boxed", vat="in_totals",
        footer="line", bank="footer", faces=("times", "dejavu-serif",
            "liberation-serif"), size=10.5,
    ),
    Layout(
        name="tuning-centred-labelled",
        letterhead="centred", addressing="labelled", particulars="list", title="centred",
        columns=("item", "description", "quantity", "unit", "price", "discount", "net"),
        head="tinted", rows="zebra", further=True, totals="right", vat="table",
        footer="columns", bank="footer", faces=_SANS, size=9,
    ),
    Layout(
        name="tuning-band-labelled",
        letterhead="band", addressing="labelled", particulars="list", title="right",
        columns=("description", "quantity", "price", "vat", "net"),
        head="filled", rows="none", further=True, totals="boxed", vat="in_totals",
        footer="line", bank="notes", faces=("vera", "dejavu-sans", "helvetica"), size=9, qr=True,
    ),
    Layout(
        name="tuning-plain-mono",
        letterhead="plain", addressing="window", particulars="list", title="left",
        columns=("position", "description", "quantity", "price", "net"),
        head="ruled", rows="none", further=False, totals="right", vat="in_totals",
        footer="none", bank="notes", faces=("courier", "liberation-mono", "dejavu-mono"), size=9,
    ),
    Layout(
        name="tuning-letter-bill-to",
        letterhead="left", addressing="labelled", particulars="table", title="right",
        columns=("quantity", "item", "description", "price", "net"),
        head="filled", rows="zebra", further=False, totals="right", vat="in_totals",
        footer="line", bank="notes", faces=_SANS, size=9.5, letter=True, colon=False,
    ),
    Layout(
        name="tuning-bilingual",
        letterhead="right", addressing="window", particulars="table", title="left",
        columns=("position", "item", "description", "quantity", "unit", "price", "net"),
        head="tinted", rows="rules", further=False, totals="boxed", vat="table",
        footer="columns", bank="footer", faces=_ANY, size=8.5, bilingual=True,
    ),
    Layout(
        name="tuning-parties-columns",
        letterhead="left", addressing="parties", particulars="columns", title="centred",
        columns=("position", "description", "unit", "quantity", "price", "vat", "net"),
        head="boxed", rows="grid", further=False, totals="rows", vat="in_totals",
        footer="centred", bank="notes", faces=_ANY, size=9,
    ),
    Layout(
        name="tuning-corner",
        letterhead="corner", addressing="labelled", particulars="inline", title="left",
        columns=("description", "item", "quantity", "price", "vat", "net"),
        head="ruled", rows="none", further=True, totals="rows", vat="table",
        footer="none", bank="notes", faces=_SANS, size=9,
    ),
    Layout(
        name="tuning-totals-strip",
        letterhead="left", addressing="right", particulars="list", title="left",
        columns=("item", "description", "quantity", "price", "net", "vat"),
        head="filled", rows="rules", further=False, totals="strip", vat="table",
        footer="line", bank="notes", faces=_SANS, size=9,
    ),
    Layout(
        name="tuning-totals-left",
        letterhead="right", addressing="labelled", particulars="table", title="right",
        columns=("quantity", "unit", "item", "description", "price", "net"),
        head="tinted", rows="zebra", further=True, totals="left", vat="in_totals",
        footer="columns", bank="footer", faces=_ANY, size=9,
    ),
    Layout(
        name="tuning-picture-heads",
        letterhead="picture", addressing="window", particulars="heads", title="left",
        columns=("position", "item", "description", "quantity", "unit", "price", "net"),
        head="tinted", rows="rules", further=True, totals="right", vat="in_totals",
        footer="columns", bank="footer", faces=_SANS, size=9, extras=("holder", "ordered"),
    ),
    Layout(
        name="tuning-brand-letter",
        letterhead="brand", addressing="right", particulars="list", title="with_number",
        columns=("quantity", "description", "price", "net"),
        head="ruled", rows="none", further=False, totals="right", vat="in_totals",
        footer="line", bank="footer", faces=_ANY, size=10, extras=("letter", "words", "glued"),
    ),
    Layout(
        name="tuning-blocks",
        letterhead="blocks", addressing="window", particulars="heads", title="right",
        columns=("item", "description", "quantity", "price", "discount", "vat", "net"),
        head="boxed", rows="zebra", further=True, totals="boxed", vat="table",
        footer="none", bank="notes", faces=_SANS, size=9,
        extras=("copyright", "abroad", "early"),
    ),
    Layout(
        name="tuning-form",
        letterhead="picture", addressing="form", particulars="table", title="left",
        columns=("description", "quantity", "price", "vat", "net"),
        head="tinted", rows="grid", further=False, totals="rows", vat="table",
        footer="none", bank="notes", faces=_SANS, size=9, colon=False, extras=("glued", "ordered"),
    ),
    Layout(
        name="tuning-brand-labelled",
        letterhead="brand", addressing="labelled", particulars="list", title="right",
        columns=("item", "description", "quantity", "unit", "price", "net"),
        head="filled", rows="rules", further=False, totals="left", vat="in_totals",
        footer="centred", bank="notes", faces=_SANS, size=9,
        extras=("copyright", "holder", "words", "early"),
    ),
)  # fmt: skip
"""The families."""


_MIXED = (
    "letterhead", "addressing", "particulars", "title", "columns", "head", "rows", "further",
    "totals", "vat", "footer", "bank", "faces", "size", "item_below", "shouting", "colon", "qr",
    "extras",
)  # fmt: skip
"""What a mixed layout has of any family."""


def drawn(rng: Random) -> Layout:
    """A family or, twice as often, a mixture of all: what is tuned on few fits only those.

    An account that stands in the footer stays with a layout that has one; so does the name of a
    seller whose letterhead does not say it.
    """
    if rng.random() < 1 / 3:
        return rng.choice(TUNING)
    parts = {name: getattr(rng.choice(TUNING), name) for name in _MIXED}
    if parts["bank"] == "footer" and parts["footer"] == "none":
        parts["bank"] = "notes"
    if parts["letterhead"] in ("picture", "brand") and parts["addressing"] not in (
        "window",
        "form",
    ):
        parts["footer"] = "line" if parts["footer"] == "none" else parts["footer"]
    return replace(rng.choice(TUNING), name="tuning-mixed", **parts)
