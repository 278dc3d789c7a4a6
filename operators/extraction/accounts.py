"""IBANs in texts, known by their check digits.

>>> compact_iban("DE34 7007 0010 0156 9193 01")
'DE34700700100156919301'
>>> iban_at("DE34 7007 0010 0156 9193 01 BIC DEUT")
('DE34700700100156919301', 27)
"""

from schwifty import IBAN

from operators.extraction import identifier_forms as forms


def misprinted(text: str, start: int) -> tuple[str, int, int] | None:
    """What a label calls an IBAN although its check digits are wrong, and where it stands."""
    match = forms.ACCOUNT.search(text, start)
    if match is None or match.start() - start > 8 or match[0][:2] not in forms.LENGTHS:
        return None
    length = forms.LENGTHS[match[0][:2]]
    compact = "".join(match[0].split())[:length]
    if len(compact) < length or not compact[2:4].isdigit():
        return None
    return compact, match.start(), match.start() + _reach(match[0], length)


def iban_at(text: str) -> tuple[str | None, int]:
    """The IBAN that a text begins with, and how many signs of the text it takes up."""
    compact = "".join(text.split()).upper()
    plain = next(
        (at for at, sign in enumerate(compact) if not (sign.isascii() and sign.isalnum())),
        len(compact),
    )
    compact = compact[:plain]
    fixed = compact[:2] + compact[2:4].translate(str.maketrans("OILSB", "01158")) + compact[4:]
    for length in range(min(len(fixed), 34), 14, -1):
        for tried in (fixed[:length], fixed[:4] + fixed[4:length].replace("O", "0")):
            iban = compact_iban(tried)
            if iban is not None:
                return iban, _reach(text, length)
    return None, 0


def _reach(text: str, length: int) -> int:
    """Where so many signs of a text end, blanks not counted."""
    seen = 0
    for at, sign in enumerate(text):
        seen += not sign.isspace()
        if seen == length:
            return at + 1
    return len(text)


def compact_iban(text: str) -> str | None:
    """An IBAN without blanks, None when its check digits or its form are wrong."""
    compact = "".join(text.split()).upper()
    if not 15 <= len(compact) <= 34 or not compact[2:4].isdigit():
        return None
    if not (compact.isascii() and compact.isalnum()):
        return None
    number = "".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])
    if int(number) % 97 != 1:
        return None
    return compact if IBAN(compact, allow_invalid=True).is_valid else None
