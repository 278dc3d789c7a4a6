"""Layouts that extraction is reported on, and never tuned on.

They differ in structure from those in `layouts_tuning`: each has at least three elements that no
tuning layout has.
"""

from manifold.documents.layout import Layout

_SANS = ("helvetica", "dejavu-sans", "liberation-sans", "vera")
_NARROW = ("liberation-narrow", "dejavu-condensed", "helvetica")

REPORTING: tuple[Layout, ...] = (
    Layout(
        name="reporting-strip-parties",
        letterhead="split", addressing="parties", particulars="strip", title="large",
        columns=("item", "description", "unit", "quantity", "price", "vat", "net"),
        head="boxed", rows="grid", further=False, totals="strip", vat="table_left",
        footer="headed", bank="table", faces=_SANS, size=8.5,
    ),
    Layout(
        name="reporting-sidebar",
        letterhead="sidebar", addressing="window", particulars="stacked", title="large",
        columns=("quantity", "unit", "description", "price", "net"),
        head="bare", rows="dotted", further=True, totals="banner", vat="in_totals",
        footer="none", bank="box", faces=_NARROW, size=9, colon=False,
    ),
    Layout(
        name="reporting-boxes-columns",
        letterhead="ruled", addressing="boxes", particulars="columns", title="centred",
        columns=("position", "description", "item", "price", "quantity", "discount", "net", "code"),
        head="boxed", rows="verticals", further=False, totals="boxed", vat="coded",
        footer="centred", bank="notes", faces=("times", "liberation-serif", "dejavu-serif"), size=9,
    ),
    Layout(
        name="reporting-three-parties",
        letterhead="split", addressing="three", particulars="ruled_list", title="left",
        columns=("position", "description", "quantity", "price", "vat", "net"),
        head="tinted", rows="dotted", further=True, totals="rows", vat="table_left",
        footer="headed", bank="box", faces=_SANS, size=9, item_below=True, qr=True,
    ),
    Layout(
        name="reporting-sentence",
        letterhead="plain", addressing="labelled", particulars="sentence", title="large",
        columns=("description", "net"),
        head="bare", rows="none", further=False, totals="rows", vat="sentence",
        footer="centred", bank="notes", faces=("times", "helvetica", "liberation-serif"), size=10.5,
        margin=72,
    ),
    Layout(
        name="reporting-ledger",
        letterhead="ruled", addressing="parties", particulars="strip", title="right",
        columns=("code", "item", "description", "quantity", "price", "discount", "net"),
        head="boxed", rows="grid", further=False, totals="left", vat="coded",
        footer="line", bank="table", faces=("courier", "liberation-mono", "dejavu-mono"), size=7.5,
        margin=36, shouting=True,
    ),
    Layout(
        name="reporting-due-first",
        letterhead="sidebar", addressing="labelled", particulars="stacked", title="large",
        columns=("description", "unit", "quantity", "price", "net"),
        head="bare", rows="rules", further=True, totals="banner", vat="sentence",
        footer="centred", bank="box", faces=_SANS, size=9, totals_first=True, letter=True,
        item_below=True,
    ),
    Layout(
        name="reporting-bilingual-grid",
        letterhead="centred", addressing="three", particulars="columns", title="centred",
        columns=("position", "item", "description", "quantity", "unit", "price", "net", "vat"),
        head="boxed", rows="grid", further=False, totals="strip", vat="coded",
        footer="headed", bank="notes", faces=_NARROW, size=8, bilingual=True,
    ),
)  # fmt: skip
"""The families."""
