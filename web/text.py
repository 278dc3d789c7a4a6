"""Texts that people and programs send, of which every database can hold each."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator


def _plain(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character is no text")
    return text


PlainText: TypeAlias = Annotated[str, AfterValidator(_plain)]
"""Without NUL characters, at which PostgreSQL takes nothing and asks for nothing."""
