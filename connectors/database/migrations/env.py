"""Runs migrations on the connection given in the configuration's attributes."""

from alembic import context

from connectors.database.schema import metadata


def run() -> None:
    """Run what Alembic was asked for, in the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# The name Alembic loads this file under; imported by anybody else it does nothing.
if __name__ == "env_py":
    run()
