"""What documents are to be made."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from manifold.documents.places import LANGUAGES, Language

Difficulty: TypeAlias = Literal[1, 2, 3, 4, 5]
"""1: as good as it gets; 3: usual; 5: a person has to look twice."""
DIFFICULTIES: tuple[Difficulty, ...] = (1, 2, 3, 4, 5)

Kind: TypeAlias = Literal["pdf", "hybrid", "scan", "photo", "receipt"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""A PDF with text, one with XML in it too, one of pictures, a photo, a receipt."""

Purpose: TypeAlias = Literal["tuning", "reporting"]
"""Layouts and seeds of the two never meet."""


class Plan(Struct, frozen=True):
    """What is to be made; the same plan gives the same document."""

    purpose: Purpose
    """Which layouts."""
    seed: int
    """The seed of the set."""
    index: int
    """Position in the set."""
    kind: Kind
    """What."""
    language: Language
    """In which language."""
    difficulty: Difficulty | None
    """Of pictures; None for PDFs with text."""
    seller: int | None = None
    """Which of the sellers of the set; None when each document has one of its own."""

    @property
    def name(self) -> str:
        """Of its files, without suffix."""
        return f"{self.index:05d}-{self.kind}-{self.language}"


def plans(
    purpose: Purpose,
    seed: int,
    count: int,
    kinds: Sequence[Kind] = KINDS,
    languages: Sequence[Language] = LANGUAGES,
    of_a_seller: int = 1,
) -> Iterator[Plan]:
    """A set with every kind, language and difficulty in turn.

    `of_a_seller`: so many documents behind each other are of one seller, in one layout.
    """
    for index in range(count):
        group = index // of_a_seller
        kind = kinds[group % len(kinds)]
        turn = group // len(kinds) + index % of_a_seller
        pictured = kind in ("scan", "photo", "receipt")
        grade = DIFFICULTIES[(turn + turn // len(languages)) % len(DIFFICULTIES)]
        language = languages[group // len(kinds) % len(languages)]
        seller = group if of_a_seller > 1 else None
        yield Plan(purpose, seed, index, kind, language, grade if pictured else None, seller)
