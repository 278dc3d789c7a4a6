"""The contracts for other people's tools and eyes: an AsyncAPI document and a page."""
