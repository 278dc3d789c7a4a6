"""Alembic's environment; `manifold db migrate` runs it."""
