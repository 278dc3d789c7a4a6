"""Migrations: they make what the program writes, once, whoever starts them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from connectors.database import SchemaOutdated, Store
from connectors.database.migration import migrate
from connectors.database.schema import metadata


def test_migrating_twice_changes_nothing_the_second_time(empty: str) -> None:
    first, second = migrate(empty), migrate(empty)
    assert first.before is None
    assert second.before == second.after == first.after
    store = Store.connect(empty)
    store.check_schema()
    store.close()


def test_migrations_make_the_tables_the_program_knows(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_processes_that_migrate_at_once_do_so_one_after_the_other(empty: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(migrate, [empty] * 3))
    assert [each.before for each in done].count(None) == 1


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    store = Store.connect(url)
    with pytest.raises(SchemaOutdated, match="newer Manifold"):
        store.check_schema()
    with pytest.raises(SchemaOutdated, match="newer Manifold"):
        migrate(url)
    store.close()
