"""Lengths of time, as settings say them."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator


def _seconds(value: object) -> object:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        if str(value).strip().upper().startswith("P"):
            return value
        raise ValueError("write seconds as a number, or ISO 8601 such as PT30S") from None


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""Seconds as a number, or ISO 8601 such as PT30S."""
