"""A layout family: what stands where on an invoice, as data."""

from typing import Literal, TypeAlias

from msgspec import Struct

Letterhead: TypeAlias = Literal[
    "left",
    "right",
    "centred",
    "band",
    "split",
    "sidebar",
    "plain",
    "ruled",
    "corner",
    "picture",
    "brand",
    "blocks",
]
"""How the seller presents itself: logo and name at the left, at the right, in the middle, on a
coloured band; the name left and contacts in columns right; all in a column down the right edge;
a line of text only; between two rules; in a narrow block in the right corner, where names break; a
picture that no text layer holds; a brand, which is not its legal name; in blocks side by side."""

Addressing: TypeAlias = Literal["window", "right", "labelled", "parties", "boxes", "three", "form"]
"""The buyer: in a window under the sender's small line, at the right, under a label; seller and
buyer in labelled columns, in boxes; with the place of delivery as a third column; both as forms
with a label for each part."""

Particulars: TypeAlias = Literal[
    "list", "table", "inline", "strip", "stacked", "columns", "sentence", "ruled_list", "heads"
]
"""Number, date and references: a list of pairs, a table with a border, the title with number and
date in it, a row of heads above a row of values, values under their labels, two columns of pairs,
a sentence, pairs with rules between; three heads at a time over their values beside the address."""

Extra: TypeAlias = Literal[
    "holder", "copyright", "abroad", "glued", "letter", "ordered", "early", "words"
]
"""What else there may be: the name of the account's holder; a copyright line; a VAT identifier of
another country; amounts glued to their currency; the date behind the town, as over a letter; the
day of the order; what is to be paid if it comes early; days in words."""

Title: TypeAlias = Literal["left", "right", "centred", "with_number", "large"]

Column: TypeAlias = Literal[
    "position", "item", "description", "quantity", "unit", "price", "discount", "vat", "code", "net"
]

Head: TypeAlias = Literal["filled", "ruled", "boxed", "bare", "tinted"]
"""The heads of the columns: on colour, above a rule, in a border, as they are, on a light tint."""

Rows: TypeAlias = Literal["rules", "zebra", "grid", "none", "verticals", "dotted"]

TotalsShape: TypeAlias = Literal["right", "boxed", "rows", "strip", "left", "banner"]
"""The totals: pairs at the right, those in a border, as rows of the table, a row of heads above a
row of values, pairs at the left, the last one on a coloured banner."""

VatShape: TypeAlias = Literal["in_totals", "table", "table_left", "coded", "sentence"]
"""VAT by rate: as rows of the totals, as a table above or beside them, as a table by code, or as
sentences below."""

Footer: TypeAlias = Literal["columns", "line", "centred", "headed", "none"]
"""Bank and legal data: in columns, in one line, in centred lines, in columns with heads; none,
with the account in the notes."""

Bank: TypeAlias = Literal["footer", "notes", "box", "table"]


class Layout(Struct, frozen=True, kw_only=True):
    """A layout family."""

    name: str
    """Its name, which says what set it is of."""
    letterhead: Letterhead
    """The seller."""
    addressing: Addressing
    """The buyer."""
    particulars: Particulars
    """Number, date and references."""
    title: Title
    """The document's title."""
    columns: tuple[Column, ...]
    """Of the lines, in order."""
    head: Head
    """Of the columns."""
    rows: Rows
    """Between the lines."""
    further: bool
    """Whether lines have more than one line of description, where the goods have it."""
    totals: TotalsShape
    """The totals."""
    vat: VatShape
    """VAT by rate."""
    footer: Footer
    """At the foot of each page."""
    bank: Bank
    """Where the account stands."""
    faces: tuple[str, ...]
    """Faces of which one is drawn."""
    size: float
    """Font size."""
    margin: float = 56
    """At the left and the right."""
    item_below: bool = False
    """Whether the item's number stands under its name rather than in a column of its own."""
    shouting: bool = False
    """Whether heads are in capitals."""
    colon: bool = True
    """Whether labels end in a colon."""
    bilingual: bool = False
    """Whether labels are repeated in English."""
    letter: bool = False
    """Whether the paper is US letter rather than A4."""
    qr: bool = False
    """Whether a code to scan is printed."""
    totals_first: bool = False
    """Whether the amount to pay also stands at the top of the document."""
    extras: tuple[Extra, ...] = ()
    """What else there is."""
