"""Whether what was read are words, or signs without a meaning.

Fonts in a PDF need not say which letters their shapes are. What is read then is a shape's number:
control characters, private signs, or letters moved by some places, among which vowels are rare.
"""

from collections.abc import Iterable
from unicodedata import category

from operators.extraction.page import Word

_LETTERS_OR_DIGITS = 3
"""As few of them are no text."""
_MEANINGLESS = 0.05
"""Share of signs that mean nothing above which it is no text; a bullet here and there may be."""
_VOWELS = 0.2
"""Share of vowels among letters without accents below which they mean nothing; English, French,
German, Spanish, Italian and Dutch have 0.36 to 0.48."""
_ENOUGH = 40
"""Letters from which the share of vowels says something."""
_NO_SIGNS = frozenset(("Cc", "Co", "Cn", "Cs"))
"""Unicode's categories of control, private and unassigned characters and of halves of one."""


def are_words(words: Iterable[Word]) -> bool:
    r"""Whether most of the signs can be read by people.

    >>> from operators.extraction.page import Box
    >>> box = Box(0, 0, 1, 1)
    >>> are_words([Word("Rechnung", box), Word("12,50", box)])
    True
    >>> are_words([Word("\x15\x13\x15\x17", box), Word("\ue012\ue013", box)])
    False
    """
    text = "".join(word.text for word in words)
    said = sum(sign.isalnum() for sign in text)
    meaningless = sum(sign == "\ufffd" or category(sign) in _NO_SIGNS for sign in text)
    if said < _LETTERS_OR_DIGITS or meaningless > _MEANINGLESS * len(text):
        return False
    return _pronounceable(text)


def _pronounceable(text: str) -> bool:
    plain = [sign for sign in text.lower() if "a" <= sign <= "z"]
    vowels = sum(sign in "aeiouy" for sign in plain)
    return len(plain) < _ENOUGH or vowels >= _VOWELS * len(plain)
