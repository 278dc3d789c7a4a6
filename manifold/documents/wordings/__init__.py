"""The words of the six languages."""

from collections.abc import Mapping
from types import MappingProxyType

from manifold.documents.wording import Wording
from manifold.documents.wordings import de, en, es, fr, it, nl

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {each.WORDING.language: each.WORDING for each in (de, en, fr, es, it, nl)}
)
"""By language."""
