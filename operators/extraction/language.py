"""The language of a document, by its labels and its small words.

>>> language_of([], ["Vielen Dank für den Auftrag und mit freundlichen Grüßen"])
'de'
>>> language_of([], ["1234"]) is None
True
"""

from collections import Counter
from collections.abc import Iterable

from operators.extraction.folded import plain
from operators.extraction.labels import Label

LANGUAGES = ("de", "en", "fr", "es", "it", "nl")

_SMALL = {
    "de": "und der die das den dem des für mit von zum zur auf ist wir sie ihre ihren bitte"
    " nicht ohne innerhalb bei als aus wird werden auch oder eine einen nach gemäß sowie"
    " unser unsere vielen dank",
    "en": "and the of for with to from is are you your we our please this that by on not be all"
    " any within thank goods sold will should or",
    "fr": "et le la les des du de pour avec par est vous votre nous notre sur une dans au aux"
    " en cas merci toute sans ou que qui ne pas jours sera",
    "es": "y el la los las del de para con por es su sus en una al que no se como gracias días"
    " según nuestra nuestro sin",
    "it": "e il la le gli dei del della di per con da è in una al che non si come grazie giorni"
    " entro nostra vostra ai alla dal nel senza",
    "nl": "en de het een van voor met op is wij uw u onze bij naar niet binnen aan te dit deze"
    " als door wordt worden zijn dagen graag gelieve onder vermelding",
}
"""Small words that are frequent in each language."""

_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL.items():
    for _word in _words.split():
        _OF.setdefault(plain(_word), []).append(_language)

_ENOUGH = 1.0
_MARKS = ".,:;()!?"


def language_of(labels: Iterable[Label], texts: Iterable[str]) -> str | None:
    """The ISO 639-1 code of the language, None when too little speaks for any.

    Args:
        labels: What was found of the vocabulary.
        texts: What the rows say.
    """
    votes: Counter[str] = Counter()
    for label in labels:
        weight = min(label.end - label.start, 12) / 6 / len(label.languages)
        for language in label.languages:
            votes[language] += weight  # type: ignore[assignment]  # a Counter takes fractions too
    for text in texts:
        for word in plain(text).split():
            languages = _OF.get(word.strip(_MARKS), ())
            for language in languages:
                votes[language] += 1 / len(languages)  # type: ignore[assignment]  # a Counter takes fractions too
    if not votes:
        return None
    best, weight = max(votes.items(), key=lambda vote: (vote[1], -LANGUAGES.index(vote[0])))
    return best if weight >= _ENOUGH else None
