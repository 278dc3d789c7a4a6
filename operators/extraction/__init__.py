"""From words on pages to an invoice: what a document says, and how sure that is."""

from operators.extraction.understand import Examined, examined, understand

__all__ = ["Examined", "examined", "understand"]
