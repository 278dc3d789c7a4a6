"""Legal forms of companies, and words that names of shops end in.

>>> bool(LEGAL.search("Muster GmbH & Co. KG")), bool(ENDS.search("Muster GmbH in Berlin"))
(True, False)
"""

import re

_FORMS = (
    r"gmbh(?: ?& ?co\.? ?kgaa| ?& ?co\.? ?kg)?|ges\. ?m\. ?b\. ?h\.|mbh|ag|kg|ohg|og|kgaa|se"
    r"|gbr|& cie"
    r"|ug(?: \(haftungsbeschränkt\))?|e\.? ?k\.?|e\. ?u\.|e\.? ?v\.?|e\.? ?g\.?|genossenschaft"
    r"|stiftung",
    r"ltd\.?|limited|llc|llp|plc|inc\.?|corp\.?|corporation|co\.|company|dac|clg"
    r"|sdn\.? ?b[hn]d\.?|bhd\.?|s/b|enterprises?|trading|pte\.? ?ltd\.?|pty\.? ?ltd\.?|plt",
    r"s\.?a\.?r\.?l\.?|s\.?a\.?s\.?u?|eurl|s\.?a\.?|scop|sci|snc|selarl",
    r"s\.?l\.?u?\.?|s\.?l\.?l\.?|s\.?c\.?p\.?|s\.? ?coop\.?|c\.b\.",
    r"s\.?p\.?a\.?|s\.?r\.?l\.?s?\.?|s\.?n\.?c\.?|s\.?a\.?s\.?|soc\.? ?coop\.?",
    r"b\.?v\.?|n\.?v\.?|v\.?o\.?f\.?|bvba|bv|sprl|srl|c\.?v\.?|asbl|vzw",
    r"a/s|aps|ab|oyj?|as|asa|sp\. ?z ?o\.? ?o\.?|s\.r\.o\.|kft\.?|zrt|d\.o\.o\.|s\.c\.|lda\.?"
    r"|ood|eood",
)
_ANY = "|".join(_FORMS)

LEGAL = re.compile(rf"(?<![a-z])(?:{_ANY})(?![a-z])", re.IGNORECASE)
"""A legal form anywhere in a text."""

ENDS = re.compile(rf"(?<![a-z])(?:{_ANY})\W*$", re.IGNORECASE)
"""One at its end."""


def only_form(text: str) -> bool:
    """Whether a text is a legal form alone, such as the second line of a name.

    >>> only_form("SDN. BHD."), only_form("(M) SDN BHD"), only_form("BOOK SDN BHD")
    (True, True, False)
    """
    rest = LEGAL.sub(
        "", text.replace("(haftungsbeschränkt)", "").replace("(HAFTUNGSBESCHRÄNKT)", "")
    )
    return rest != text and sum(map(str.isalpha, rest.replace("(M)", ""))) == 0
